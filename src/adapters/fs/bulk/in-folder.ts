import type { SyncFileSystem } from './sync-file-system.ts'

/**
 * Does something in a folder, given by its path without links; false if the folder was not in its place, before or
 * afterwards, or could not be looked at.
 *
 * As `inFolder` of `pinned-folder.ts`: on Linux `act` is given a path that leads to that very folder, whatever is put in
 * its place meanwhile; elsewhere the folder's own. `act` must not throw.
 */
export function inFolder(fs: SyncFileSystem, folder: string, act: (pinned: string) => void): boolean {
  if (process.platform !== 'linux') return whileInPlace(fs, folder, () => act(folder))
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants
  try {
    const file = fs.openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      const pinned = `/proc/self/fd/${file}`
      return whileAt({ folder, placeNow: () => fs.readlinkSync(pinned) }, () => act(pinned))
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return false
  }
}

/** The same for what needs no path that is as safe as that. */
export function whileInPlace(fs: SyncFileSystem, folder: string, act: () => void): boolean {
  try {
    return whileAt({ folder, placeNow: () => fs.realpathSync.native(folder) }, act)
  } catch {
    return false
  }
}

function whileAt({ folder, placeNow }: { folder: string; placeNow: () => string }, act: () => void): boolean {
  if (placeNow() !== folder) return false
  act()
  return placeNow() === folder
}
