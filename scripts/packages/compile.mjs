import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustRun, run } from './run.mjs'

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** What an app in TypeScript consists of. */
const SOURCES = ['consumer', 'own-store.test']

/** How a TypeScript app may be configured and still use the packages: by our own compiler, and by those that apps have. */
export const CONFIGURATIONS = [
  ...['commonjs', 'node20', 'nodenext'].map((module) => ({ module })),
  ...['5.4', '5.6', '5.9'].flatMap((typescript) => [
    { typescript, module: 'commonjs', moduleResolution: 'node10' },
    { typescript, module: 'nodenext' },
    { typescript, module: 'esnext', moduleResolution: 'bundler' },
  ]),
  { typescript: '7.0', module: 'nodenext' },
  { typescript: '7.0', module: 'esnext', moduleResolution: 'bundler' },
]

export function nameOf({ typescript = 'ours', module, moduleResolution = module }) {
  return `TypeScript ${typescript}, module ${module}, resolution ${moduleResolution}`
}

/** Installs the compilers that apps have. Resolves to the path of each, by version. */
export async function installCompilers(folder) {
  const versions = [...new Set(CONFIGURATIONS.flatMap(({ typescript }) => typescript ?? []))]
  const dependencies = Object.fromEntries(
    versions.map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
  )
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await mustRun('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
  return new Map(versions.map((version) => [version, join(folder, `node_modules/typescript-${version}/bin/tsc`)]))
}

/** The kinds of modules that an app is compiled as, by the endings of its files. */
function endingsFor(typescript, moduleResolution) {
  // Here a file's name says nothing of its kind.
  if (moduleResolution !== undefined) return ['ts']
  // Before 5.8 no CommonJS file could import the types of Nest 12 and jose, which are ES modules only.
  return ['5.4', '5.6'].includes(typescript) ? ['mts'] : ['ts', 'mts', 'cts']
}

/**
 * Compiles the TypeScript in an app's folder, strictly and with every declaration file it reaches. Resolves to whose
 * declarations are wrong apart from ours: those of a framework must not keep us from reading our own.
 *
 * @throws Error with the compiler's complaints about the app or our packages.
 */
export async function compileConsumer({ typescript, module, moduleResolution }, folder, compilers) {
  const compiler = typescript === undefined ? TSC : compilers.get(typescript)
  const project = join(folder, `tsconfig.${[typescript, module, moduleResolution].join('-')}.json`)
  const endings = endingsFor(typescript, moduleResolution)
  const files = SOURCES.flatMap((source) => endings.map((ending) => `${source}.${ending}`))
  for (const file of files) {
    const source = file.replace(/[mc]ts$/, 'ts')
    if (file !== source) await copyFile(join(folder, source), join(folder, file))
  }
  const compilerOptions = {
    module,
    ...(moduleResolution && { moduleResolution }),
    target: 'es2022',
    types: ['node'],
    strict: true,
    esModuleInterop: true,
    skipLibCheck: false,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    noEmit: true,
  }
  await writeFile(project, JSON.stringify({ compilerOptions, files }))
  const { code, output } = await run(process.execPath, [compiler, '-p', project, '--pretty', 'false'], { cwd: folder })
  if (code === 0) return ''
  // A complaint begins with its file, or with "error"; lines that go on with it are indented.
  const complaints = output.split(/\n(?! )/)
  const ofOthers = complaints.filter((line) => /^node_modules\/(?!@imkit-auth\/).*: error TS/.test(line))
  if (code === null || ofOthers.length < complaints.length) throw new Error(output)
  const names = new Set(ofOthers.map((line) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)[1]))
  return `only in others' declarations there are errors: ${[...names].join(', ')}`
}
