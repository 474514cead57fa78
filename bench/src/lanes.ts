/** Does the work for each of them, so many at a time. How long that took altogether, in ms. */
export async function inLanes<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<number> {
  const left = items.values()
  // They all take from the same.
  const lane = async () => {
    for (const item of left) await work(item)
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrency }, lane))
  return performance.now() - started
}
