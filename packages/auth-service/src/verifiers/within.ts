/** @throws TypeError that begins with `name` unless the number, or its default, is within these limits. */
export function within(
  name: string,
  value: number | undefined,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  const number = value ?? fallback
  if (typeof number === 'number' && number >= min && number <= max) return number
  throw new TypeError(`${name} must be a number from ${min} to ${max}`)
}
