// Writes down what each tarball holds, for `npm run check:packages` to compare with. Needs a build.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeContents } from './packages/contents.mjs'
import { pack, publicPackages } from './packages/pack.mjs'

const temporary = mkdtempSync(join(tmpdir(), 'imkit-auth-contents-'))
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
const filesByName = new Map()
for (const { name, folder } of await publicPackages()) filesByName.set(name, (await pack(folder, temporary)).files)
await writeContents(filesByName)
console.log(`${filesByName.size} packages`)
