import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { LadingError } from '../../domain/errors.ts'
import { errnoOf, ifPresent } from './file-errors.ts'
import { isWithin } from './is-within.ts'
import { mountBelow } from './mounts.ts'
import { storeAround, storeAt } from './store-marks.ts'
import type { UserFileSystem } from './user-file-system.ts'

/**
 * Rejects unless a folder, by its path, may be emptied; it need not be there. `INVALID` for a whole disk, and for what is
 * or holds the home or the working folder; `CONFLICT` inside a store, around one of `stores`, and where something is
 * mounted below it. Does not look into the folder.
 */
export async function assertExpendableRoot(
  fs: UserFileSystem,
  { root, stores }: { readonly root: string; readonly stores: readonly string[] },
): Promise<void> {
  const real = await realOf(fs, root)
  if (real === dirname(real)) throw refused(root, 'it is a whole disk')
  const [home, working] = await Promise.all([homeFolder(fs), realOf(fs, process.cwd())])
  if (home !== null && isWithin(home, real))
    throw refused(root, `it ${home === real ? 'is' : 'holds'} your home folder`)
  if (isWithin(working, real)) throw refused(root, `it ${working === real ? 'is' : 'holds'} the working folder`)
  for (const store of stores) {
    const place = await realOf(fs, store)
    if (isWithin(place, real) || isWithin(real, place)) throw holdsStore(root, store)
  }
  const around = await storeAround(fs, real)
  if (around !== null) throw holdsStore(root, around)
  const mount = await mountBelow(fs, real)
  if (mount !== null) throw mountedAt(mount)
}

/** Rejects `CONFLICT` if a path is the mark of a store, or a database of one. */
export async function assertNoStore(
  fs: UserFileSystem,
  { path, root }: { readonly path: string; readonly root: string },
): Promise<void> {
  const store = await storeAt(fs, path)
  if (store !== null) throw holdsStore(root, store)
}

/** Null for a user without one, as in many containers: the system then answers with an error. */
async function homeFolder(fs: UserFileSystem): Promise<string | null> {
  try {
    return await realOf(fs, homedir())
  } catch (error) {
    if (errnoOf(error) === 'ERR_SYSTEM_ERROR') return null
    throw error
  }
}

/** Without links, as far as it is there. */
async function realOf(fs: UserFileSystem, path: string): Promise<string> {
  const absolute = resolve(path)
  const real = await ifPresent(path, fs.promises.realpath(absolute))
  if (real !== null || absolute === dirname(absolute)) return real ?? absolute
  return join(await realOf(fs, dirname(absolute)), basename(absolute))
}

function holdsStore(root: string, store: string): LadingError {
  return new LadingError('CONFLICT', {
    key: root,
    detail: `a lading store lies at ${store}, and a checkout would remove what belongs to it`,
    next: 'choose another folder, or download into this one, which removes nothing; nothing was changed',
  })
}

/** The error for a folder in which something else is mounted. */
export function mountedAt(path: string): LadingError {
  return new LadingError('CONFLICT', {
    key: path,
    detail: 'another disk is mounted there, and what lies on it is not removed',
    next: 'unmount it, or choose another folder',
  })
}

function refused(root: string, detail: string): LadingError {
  const next =
    'choose a folder that holds nothing else, or download into this one, which removes nothing; nothing was changed'
  return new LadingError('INVALID', { key: root, detail, next })
}
