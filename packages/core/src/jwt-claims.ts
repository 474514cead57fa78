/**
 * What a JWT says, unchecked; `{}` when it is none. Signatures are jose's to make and to verify, in `core/jwt` and the auth
 * service; it is ES modules only, which Jest in a CommonJS app cannot load, so nothing of it is imported here.
 */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload, signature, ...more] = token.split('.')
  if (payload === undefined || signature === undefined || more.length > 0) return {}
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? { ...claims } : {}
  } catch {
    return {}
  }
}
