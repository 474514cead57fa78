import { readFile, writeFile } from 'node:fs/promises'

const SNAPSHOT = new URL('../../checks/packages/contents.json', import.meta.url)

/** What stands in a tarball beside the output of its sources, which `checkOutputs` knows. */
function listed(files) {
  return files.filter((path) => !path.startsWith('dist/') || path.endsWith('/package.json')).sort()
}

/**
 * Compares a tarball with what is written down of it, so that nothing slips in.
 *
 * @throws Error that names what has come or gone.
 */
export async function checkContents(name, files) {
  const known = JSON.parse(await readFile(SNAPSHOT, 'utf8'))[name] ?? []
  const found = listed(files)
  const come = found.filter((path) => !known.includes(path)).map((path) => `+ ${path}`)
  const gone = known.filter((path) => !found.includes(path)).map((path) => `- ${path}`)
  if (come.length + gone.length === 0) return
  throw new Error([...come, ...gone, 'If that is right: npm run snapshot:packages'].join('\n'))
}

/** Writes down what the tarballs hold now. */
export async function writeContents(filesByName) {
  const contents = Object.fromEntries([...filesByName].map(([name, files]) => [name, listed(files)]))
  await writeFile(SNAPSHOT, `${JSON.stringify(contents, null, 2)}\n`)
}
