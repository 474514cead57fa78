import { Browser, type BrowserResponse } from '@imkit-auth/testkit'

const CREDENTIALS = 'token expirationDate expiresIn userId serverUrl clientKey'
const MUTATIONS: Record<string, string> = {
  '/login': `mutation ($username: String!, $password: String!) {
    login(username: $username, password: $password) { user { id name } chat { ${CREDENTIALS} } }
  }`,
  '/logout': 'mutation { logout }',
}

interface Result {
  readonly data: Record<string, unknown> | null
  readonly errors?: readonly { readonly extensions: { readonly originalError?: { readonly statusCode: number } } }[]
}

/** A page of an app that logs in and out by mutations. To the contract they are the routes that other apps have. */
export class GraphqlBrowser extends Browser {
  override async post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<BrowserResponse> {
    const query = MUTATIONS[path]
    if (query === undefined) return super.post(path, body, headers)
    const answer = await super.post('/graphql', { query, variables: body }, headers)
    const { data, errors } = answer.json as Result
    const status = errors ? (errors[0]?.extensions.originalError?.statusCode ?? 500) : answer.status
    return { ...answer, status, json: data?.[path.slice(1)] ?? {} }
  }
}
