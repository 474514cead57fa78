// Says of each package's CommonJS build that it is one: the package itself is of ES modules. Runs after every build.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'

const packages = new URL('../packages/', import.meta.url)
for (const name of readdirSync(packages)) {
  const folder = new URL(`${name}/dist/cjs/`, packages)
  if (existsSync(folder))
    writeFileSync(new URL('package.json', folder), '{ "type": "commonjs", "sideEffects": false }\n')
}
