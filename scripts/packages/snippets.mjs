/** Where the names come from that a README's snippets use without an import: the framework's, which any editor adds. */
const MODULES = {
  '@nestjs/common': 'Controller Get Injectable Module Post Req Res UseGuards',
  '@nestjs/config': 'ConfigService',
  '@nestjs/graphql': 'GqlExecutionContext',
  '@nestjs/passport': 'AuthGuard',
  '@nestjs/swagger': 'ApiProperty',
  '@nestjs/throttler': 'SkipThrottle',
  'node:util': 'promisify',
}

/** What the reader has: declared for the snippets that mention it. */
const HAVE = {
  tokens: "declare const tokens: import('@imkit-auth/core').ChatTokens",
  eu: "declare const eu: import('@imkit-auth/nestjs').ImkitChatModuleOptions",
  us: "declare const us: import('@imkit-auth/nestjs').ImkitChatModuleOptions",
  Public: 'declare const Public: () => ClassDecorator',
}

/** The TypeScript in a README: each fence as a file that compiles, named by its first comment where that says how. */
export function snippetsOf(readme) {
  const fences = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)
  return fences.map((code, index) => ({ file: fileOf(code, index), code: `${preludeOf(code)}${code}` }))
}

function fileOf(code, index) {
  const named = /^\/\/ ([\w.-]+\.ts)\b/.exec(code)?.[1]
  if (named) return named
  return /^test\(/m.test(code) ? `readme-${index}.spec.ts` : `readme-${index}.ts`
}

function preludeOf(code) {
  const uses = (name) => new RegExp(`(^|[^.\\w']|\\.\\.\\.)${name}\\b(?!:)`, 'm').test(code)
  const has = (name) => new RegExp(`import [^\\n]*\\b${name}\\b|(class|const|interface) ${name}\\b`).test(code)
  const missing = (names) => names.filter((name) => uses(name) && !has(name))
  const imports = Object.entries(MODULES).flatMap(([module, names]) => {
    const wanted = missing(names.split(' '))
    return wanted.length > 0 ? [`import { ${wanted.join(', ')} } from '${module}'\n`] : []
  })
  const types = missing(['Request']).map(() => `import type { Request } from 'express'\n`)
  return [...imports, ...types, ...missing(Object.keys(HAVE)).map((name) => `${HAVE[name]}\n`)].join('')
}
