import { chatTokensFromEnv } from '@imkit-auth/core'

// The build loads this module, and has no environment.
const tokens = chatTokensFromEnv()

export const runtime = 'nodejs'

export async function POST() {
  return Response.json(await tokens.login({ id: 'amy', nickname: 'Amy' }))
}
