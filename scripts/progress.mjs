/** A figure as people read it. */
export function number(value) {
  return value.toLocaleString('en')
}

/** How far it has come, in one line that is written over until all is done. `started` is of `performance.now()`. */
export function progress(what, done, total, started) {
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  process.stderr.write(`\r\x1b[K${what}: ${number(done)} of ${number(total)} (${seconds} s)`)
  if (done >= total) process.stderr.write('\n')
}
