import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** What an app in TypeScript consists of. */
const SOURCES = ['consumer', 'own-store.test']

/** The kinds of modules that a TypeScript app can be compiled to and use the packages. */
export const MODULES = ['commonjs', 'node20', 'nodenext']

/**
 * Compiles the TypeScript in an app's folder, strictly and with every declaration file it reaches. Resolves to whose
 * declarations are wrong apart from ours: those of a framework must not keep us from reading our own.
 *
 * @throws Error with the compiler's complaints about the app or our packages.
 */
export async function compileConsumer(module, folder) {
  const project = join(folder, `tsconfig.${module}.json`)
  const files = SOURCES.flatMap((source) => [`${source}.ts`, `${source}.mts`, `${source}.cts`])
  for (const file of files) {
    const source = file.replace(/[mc]ts$/, 'ts')
    if (file !== source) await copyFile(join(folder, source), join(folder, file))
  }
  const compilerOptions = {
    module,
    target: 'es2023',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    noEmit: true,
  }
  await writeFile(project, JSON.stringify({ compilerOptions, files }))
  const { code, output } = await run(process.execPath, [TSC, '-p', project, '--pretty', 'false'], { cwd: folder })
  if (code === 0) return ''
  // A complaint begins with its file, or with "error"; lines that go on with it are indented.
  const complaints = output.split(/\n(?! )/)
  const ofOthers = complaints.filter((line) => /^node_modules\/(?!@imkit-auth\/).*: error TS/.test(line))
  if (code === null || ofOthers.length < complaints.length) throw new Error(output)
  const names = new Set(ofOthers.map((line) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)[1]))
  return `only in others' declarations there are errors: ${[...names].join(', ')}`
}
