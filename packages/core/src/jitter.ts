/** Up to a quarter less, so that those who wait do not all come back at once. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 4)
}
