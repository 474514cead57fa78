// What each entry point exports, with its types, is written down in api/, so that a change of it is seen in review: `npm run check:api`
// fails when it differs, `npm run check:api -- --write` writes it down. Needs a build.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { publicPackages } from './packages/pack.mjs'

const API = new URL('../api/', import.meta.url)
const write = process.argv.includes('--write')

/** The declarations of every entry point of the published packages, by the name that apps import. */
async function entries() {
  const found = []
  for (const { name, folder } of await publicPackages()) {
    const { exports } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
    for (const [path, target] of Object.entries(exports)) {
      if (target.import)
        found.push({ name: name + path.slice(1), file: fileURLToPath(new URL(target.import.types, folder)) })
    }
  }
  return found
}

/** Each export as its declaration file has it, without comments, in the order of the alphabet. */
function apiOf(program, file) {
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true })
  const module = checker.getSymbolAtLocation(program.getSourceFile(file))
  return checker
    .getExportsOfModule(module)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const declarations = symbol.getDeclarations().map((declaration) => {
        const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
        return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
      })
      return `// ${exported.name}\n${declarations.join('\n')}\n`
    })
    .join('\n')
}

const all = await entries()
const options = { module: ts.ModuleKind.NodeNext, strict: true, types: ['node'], skipLibCheck: true }
const program = ts.createProgram(
  all.map(({ file }) => file),
  options,
)
const changed = []
if (write) mkdirSync(API, { recursive: true })
for (const { name, file } of all) {
  const snapshot = new URL(`${name.replace('@imkit-auth/', '').replace('/', '.')}.d.ts`, API)
  const api = apiOf(program, file)
  if (write) writeFileSync(snapshot, api)
  else if (!existsSync(snapshot) || readFileSync(snapshot, 'utf8') !== api) changed.push(name)
}
if (changed.length > 0) {
  console.error(`The types of ${changed.join(', ')} have changed. If that is right: npm run check:api -- --write`)
  process.exit(1)
}
console.log(`${all.length} entry points`)
