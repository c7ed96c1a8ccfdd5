import { constants } from 'node:fs'
import { access, lstat, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Finding } from '../ports/store-adapter.ts'

/** What `LADING_CACHE` says instead of a folder. */
const OFF = 'off'

/**
 * The folder of this user and machine for what may be lost at any time: `LADING_CACHE`, else by the customs of the system
 * (`~/.cache/lading` on Linux). Null where there is none: `LADING_CACHE` is `off`, or the user has no home. Not made here.
 */
export async function cacheFolder(): Promise<string | null> {
  const given = process.env['LADING_CACHE']
  if (given) return given === OFF ? null : given
  try {
    const { default: envPaths } = await import('env-paths')
    return envPaths('lading', { suffix: '' }).cache
  } catch (error) {
    // It asks for the home when it is loaded.
    if ((error as NodeJS.ErrnoException).code === 'ERR_SYSTEM_ERROR') return null
    throw error
  }
}

/** Write permission of the group and of everybody: https://man7.org/linux/man-pages/man7/inode.7.html */
const WRITABLE_BY_OTHERS = 0o022

/**
 * The folder in it for compiled code, made so that only this user can enter it. Null where there is none that can be relied
 * on: what lies in it is run, and so it must belong to this user and be writable by nobody else.
 */
export async function codeCacheFolder(): Promise<string | null> {
  const folder = await cacheFolder()
  if (folder === null) return null
  const path = join(folder, 'code')
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const stats = await lstat(path)
    // A link may lead to anybody's folder. Windows has no such owners.
    const isOwn = process.getuid === undefined || stats.uid === process.getuid()
    const isOpen = process.getuid !== undefined && (stats.mode & WRITABLE_BY_OTHERS) !== 0
    return stats.isDirectory() && isOwn && !isOpen ? path : null
  } catch {
    // Without it the same code is compiled again each time.
    return null
  }
}

/** Whether that folder can be used, for `lading doctor`. Without it everything works, and takes longer. */
export async function diagnoseCache(): Promise<Finding> {
  const check = 'cache folder'
  const folder = await cacheFolder()
  if (folder === null && process.env['LADING_CACHE'] === OFF) {
    return { check, verdict: 'good', detail: 'nothing is cached: LADING_CACHE is off' }
  }
  if (folder === null) {
    return { check, verdict: 'warning', detail: 'this user has no home, so that nothing is cached', next: 'set HOME' }
  }
  try {
    await access(await nearestPresent(folder), constants.W_OK)
    return { check, verdict: 'good', detail: folder }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const next = 'let this user write there; until then files are hashed again each time'
    return { check, verdict: 'warning', detail: `${folder} cannot be written (${why})`, next }
  }
}

async function nearestPresent(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  return isThere || path === dirname(path) ? path : nearestPresent(dirname(path))
}
