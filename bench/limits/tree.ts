import { lstatSync, readdirSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'

/** Every regular file below a folder, relative to it. */
export function listFiles(folder: string, below = ''): string[] {
  return readdirSync(below === '' ? folder : `${folder}/${below}`, { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? listFiles(folder, path) : [path]
  })
}

/** Stats every file, one call after the other. Answers the files that changed after `sinceMs`. */
export function walkSync(folder: string, sinceMs: number): string[] {
  return listFiles(folder).filter((path) => lstatSync(`${folder}/${path}`).mtimeMs > sinceMs)
}

/** Stats every file, a whole folder at once. Answers how many there are. */
export async function walkAsync(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true })
  const counts = await Promise.all(
    entries.map(async (entry) => {
      if (entry.isDirectory()) return walkAsync(`${folder}/${entry.name}`)
      await lstat(`${folder}/${entry.name}`)
      return 1
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
