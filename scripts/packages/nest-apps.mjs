import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readerOf } from './readers.mjs'
import { mustRun } from './run.mjs'
import { snippetsOf } from './snippets.mjs'

const README = 'packages/nestjs/README.md'
const FIXTURES = fileURLToPath(new URL('../../checks/nest/', import.meta.url))

/** What the README's snippets use beside what Nest's command line puts into an app, and a TypeScript of its time. */
const NEIGHBOURS = {
  10: {
    '@nestjs/config': '^3',
    '@nestjs/graphql': '^12',
    '@nestjs/passport': '^10',
    '@nestjs/swagger': '^7',
    typescript: '5.4',
  },
  11: {
    '@nestjs/config': '^4',
    '@nestjs/graphql': '^13',
    '@nestjs/passport': '^11',
    '@nestjs/swagger': '^11',
    typescript: '5.6',
  },
  12: { '@nestjs/config': '^12', '@nestjs/graphql': '^14', '@nestjs/passport': '^12', '@nestjs/swagger': '^12' },
}
const COMMON = {
  '@nestjs/throttler': '^6',
  '@types/passport': '^1',
  'express-session': '^1.17',
  graphql: '^16',
  passport: '^0.7',
}

export const NEST_VERSIONS = Object.keys(NEIGHBOURS)

/** Has Nest's own command line make a new app, and installs our tarballs into it, with the README's snippets as its sources. */
export async function scaffoldNest(version, temporary, tarballs) {
  const name = `nest-cli-${version}`
  const folder = join(temporary, name)
  const flags = ['--skip-git', '--skip-install', '--strict', '--package-manager', 'npm']
  await mustRun('npx', ['-y', `@nestjs/cli@${version}`, 'new', name, ...flags], { cwd: temporary })
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const ours = ['core', 'nestjs', 'emulator'].map((one) => `@imkit-auth/${one}`)
  const installed = Object.fromEntries(ours.map((one) => [one, `file:${tarballs.get(one)}`]))
  const { typescript = manifest.devDependencies.typescript, ...neighbours } = NEIGHBOURS[version]
  const dependencies = { ...manifest.dependencies, ...COMMON, ...neighbours, ...installed }
  const devDependencies = { ...manifest.devDependencies, typescript }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies, devDependencies }))
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
  await mustRun('npm', ['install', ...quiet], { cwd: folder })
  await writeSources(version, join(folder, 'src'))
  return folder
}

async function writeSources(version, src) {
  const fixtures = (await readdir(FIXTURES)).map(async (file) => ({
    file,
    code: await readFile(join(FIXTURES, file), 'utf8'),
  }))
  const readme = await readFile(new URL(`../../${README}`, import.meta.url), 'utf8')
  const snippets = snippetsOf(readme, readerOf(README)).filter(({ kind }) => kind === 'ts')
  const sources = [...(await Promise.all(fixtures)), ...snippets]
  for (const { file, code } of sources) {
    // Nest 10 and 11 make CommonJS apps, whose imports have no extension.
    const imports = Number(version) < 12 ? code.replaceAll(/(from '\.\/[\w.-]+)\.js'/g, "$1'") : code
    await writeFile(join(src, file), imports)
  }
}

/** Compiles a scaffolded app as it is configured, lints it with types as it is configured, and runs its own tests. */
export const compileNest = async (folder) =>
  void (await mustRun('npx', ['tsc', '--noEmit', '-p', '.'], { cwd: folder }))

export async function lintNest(version, folder) {
  // Our snippets have a style of their own.
  const style = ['--rule', '{"prettier/prettier": "off"}']
  const args = Number(version) < 12 ? ['eslint', 'src/**/*.ts', ...style] : ['oxlint', '--type-aware', 'src']
  await mustRun('npx', args, { cwd: folder })
}

export async function testNest(folder) {
  const { output } = await mustRun('npm', ['test'], { cwd: folder })
  return /Tests:?\s+(.*)/.exec(output)?.[1]
}
