const ISO_WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/

/** Reads an `expirationDate` as epoch ms. It must be a string (seed documents: ISO 8601); without a zone it means UTC. */
export function parseExpirationDate(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const time = Date.parse(ISO_WITHOUT_ZONE.test(value) ? `${value}Z` : value)
  return Number.isNaN(time) ? undefined : time
}
