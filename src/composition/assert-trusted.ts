import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LadingError } from '../domain/errors.ts'

/** Write permission of everybody: https://man7.org/linux/man-pages/man7/inode.7.html */
const WORLD_WRITABLE = 0o002

/**
 * Rejects `INVALID` a configuration that somebody else may have written, before it makes code run: the file and its
 * folder must belong to this user or to root, and not be writable by everybody. Windows has no such owners: there it passes.
 */
export async function assertTrusted(path: string): Promise<void> {
  const uid = process.getuid?.()
  if (uid === undefined) return
  for (const place of [path, dirname(path)]) {
    const { uid: owner, mode } = await stat(place)
    if (owner !== uid && owner !== 0) {
      const next = `look at what it says; if you trust it, make it yours: \`chown ${uid} ${place}\``
      throw untrusted(
        path,
        `${subject(place, path)} belongs to the user ${owner}, neither to this one nor to root`,
        next,
      )
    }
    if ((mode & WORLD_WRITABLE) !== 0) {
      const next = `look at what it says, then run \`chmod o-w ${place}\`, or move it to a folder of your own`
      throw untrusted(path, `everybody can write ${subject(place, path)}`, next)
    }
  }
}

function subject(place: string, path: string): string {
  return place === path ? 'the file' : `its folder ${place}`
}

function untrusted(key: string, detail: string, next: string): LadingError {
  return new LadingError('INVALID', { key, detail: `it makes code run, and ${detail}`, next })
}
