/** What says of the CommonJS build that it is one. */
const MANIFEST = 'dist/cjs/package.json'

/**
 * `tsc -b` leaves the output of a source that was deleted or renamed, and does not notice an output that is missing.
 *
 * @throws Error when the output in a tarball is not that of the sources in it.
 */
export function checkOutputs(files) {
  const stem = (path) => path.replace(/^(src|dist\/cjs|dist)\//, '').replace(/(\.d)?\.[jt]s(\.map)?$/, '')
  const sources = new Set(files.filter((path) => path.startsWith('src/')).map(stem))
  const stale = files.filter((path) => path.startsWith('dist/') && path !== MANIFEST && !sources.has(stem(path)))
  const missing = [...sources]
    .flatMap((source) =>
      ['dist', 'dist/cjs'].flatMap((folder) => [`${folder}/${source}.js`, `${folder}/${source}.d.ts`]),
    )
    .concat(MANIFEST)
    .filter((path) => !files.includes(path))
  if (stale.length + missing.length === 0) return
  throw new Error(
    [
      ...stale.map((path) => `${path} has no source`),
      ...missing.map((path) => `${path} is missing`),
      'Delete the dist folder of this package, and build again: npm run build',
    ].join('\n'),
  )
}
