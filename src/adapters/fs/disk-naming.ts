import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { DiskNaming } from '../../domain/paths.ts'
import { errnoOf, fileError, ifPresent, onFile } from './file-errors.ts'
import { describeKind } from './file-kinds.ts'
import { notFolder } from './known-folders.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** Where nothing can be written there is nothing to collide either. */
const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS'])

/**
 * Finds out which names the disk of a folder keeps apart, by making a file and asking for it by other names.
 *
 * The file lies in the folder or, while that is not there, in the nearest one above, for the time of three calls. Where
 * none can be made, names are taken to be case-sensitive and never normalised.
 */
export async function probeNaming(fs: UserFileSystem, folder: string): Promise<DiskNaming> {
  const parent = await nearestPresent(fs, folder)
  const stem = `.lading-probe-${randomBytes(8).toString('hex')}`
  const probe = join(parent, `${stem}-a\u00E9`)
  try {
    await fs.promises.writeFile(probe, '', { flag: 'wx' })
  } catch (error) {
    if (READ_ONLY.has(errnoOf(error) ?? '')) return { caseSensitive: true, normalises: false }
    throw fileError(error, parent)
  }
  try {
    const isThere = async (name: string): Promise<boolean> =>
      (await ifPresent(parent, fs.promises.lstat(join(parent, name)))) !== null
    return { caseSensitive: !(await isThere(`${stem}-A\u00E9`)), normalises: await isThere(`${stem}-ae\u0301`) }
  } finally {
    await onFile(parent, fs.promises.rm(probe, { force: true }))
  }
}

async function nearestPresent(fs: UserFileSystem, folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    const stats = await ifPresent(path, fs.promises.stat(path))
    if (stats !== null && !stats.isDirectory())
      throw notFolder(path, `it is ${describeKind(stats)} where a folder is needed`)
    if (stats !== null || path === dirname(path)) return path
  }
}
