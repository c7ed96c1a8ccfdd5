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
  const missing: string[] = []
  for (let folder = dirname(file); !exists(folder); folder = dirname(folder)) missing.push(folder)
  // What is there may be no folder: this is what tells.
  if (missing.length === 0) mkdirSync(dirname(file), { recursive: true })
  for (const folder of missing.reverse()) makeOne(folder)
}

/** One by one: `recursive` answers ENOENT where the disk is read-only. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // Windows syncs no folders.
  if (process.platform !== 'win32') syncFolder(dirname(folder))
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
