const FENCE = /^ *```(ts|js|typescript|javascript)\b.*\n([^]*?)^ *```$/gm

/**
 * The TypeScript and JavaScript in a README: each fence as a file that compiles, named by its first comment where that
 * says how. What the reader has is added in front of TypeScript; JavaScript stands for itself. `line` is the number that
 * a file's line 1 has in the README.
 */
export function snippetsOf(readme, reader) {
  return [...readme.matchAll(FENCE)].map(({ 1: language, 2: fence, index: at }, index) => {
    const kind = language.startsWith('t') ? 'ts' : 'js'
    const before = kind === 'ts' ? preludeOf(fence, reader) : ''
    const code = `${before}${kind === 'ts' ? completed(fence) : fence}`
    const fenceLine = readme.slice(0, at).split('\n').length
    return { kind, file: fileOf(fence, kind, index), code, fenceLine, line: fenceLine + 2 - before.split('\n').length }
  })
}

function fileOf(code, kind, index) {
  const named = /^\/\/ ([\w.-]+\.ts)\b/.exec(code)?.[1]
  if (named) return named
  return /^test\(/m.test(code) ? `readme-${index}.spec.ts` : `readme-${index}.${kind}`
}

/** Methods stand in a class, and what is left out of them does nothing. */
function completed(code) {
  const methods = code.startsWith('@') && !/^(export )?class /m.test(code)
  return methods ? `class Fragment { ${code.replaceAll('{ … }', '{}')}}\n` : code
}

function preludeOf(code, { modules, have }) {
  const uses = (name) => new RegExp(`(^|[^.\\w']|\\.\\.\\.)${name}\\b(?!:)`, 'm').test(code)
  const has = (name) =>
    new RegExp(`import [^\\n]*\\b${name}\\b|(class|const|interface) ${name}\\b|const {[^}]*\\b${name}\\b(?!:)`).test(
      code,
    )
  const missing = (names) => names.filter((name) => uses(name) && !has(name))
  const imports = Object.entries(modules).flatMap(([module, names]) => {
    const wanted = missing(names.split(' '))
    return wanted.length > 0 ? [`import { ${wanted.join(', ')} } from '${module}'\n`] : []
  })
  return [...imports, ...missing(Object.keys(have)).map((name) => `${have[name]}\n`)].join('')
}
