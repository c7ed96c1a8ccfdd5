import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whether there is anything at a path. What stops the look, but that nothing is there, is thrown as it is. */
export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** What tells a file from another one that is put in its place; null when nothing is there. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true })
  return found === undefined ? null : `${found.dev}:${found.ino}`
}

/** Makes the folder of a file, so that it survives a power loss: SQLite syncs no more than the folder itself. */
export function makeFolder(file: string): void {
  const folder = dirname(file)
  const first = mkdirSync(folder, { recursive: true })
  // Windows syncs no folders.
  if (first === undefined || process.platform === 'win32') return
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
