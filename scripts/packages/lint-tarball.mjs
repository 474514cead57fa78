import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { run } from './run.mjs'

const ATTW = fileURLToPath(new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url))

/** Would the package's manifest mislead anybody? @throws Error with every remark, suggestions included. */
export async function lintManifest(tarball) {
  const { buffer, byteOffset, byteLength } = await readFile(tarball)
  const { messages, pkg } = await publint({
    pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
    level: 'suggestion',
    strict: true,
  })
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'))
}

/** Does every way to import the package find its types? @throws Error with what the tool found. */
export async function lintTypes(tarball) {
  const attw = (format) => run(process.execPath, [ATTW, tarball, '--profile', 'strict', '--format', format])
  const { code, stdout, output } = await attw('json')
  if (code === null) throw new Error(output)
  if (code !== 0) throw new Error((await attw('ascii')).output)
  // A package without any types is no problem to the tool.
  if (!JSON.parse(stdout).analysis.types) throw new Error('There are no types in the package.')
}
