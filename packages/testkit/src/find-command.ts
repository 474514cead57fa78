import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of a command, if it is on the PATH or in one of these folders. */
export function findCommand(name: string, ...more: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, ...more].map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
