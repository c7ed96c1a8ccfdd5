import type { SyncFileSystem } from './sync-file-system.ts'

/**
 * Does something in a folder, given by its path without links; false if the folder was not in its place, before or
 * afterwards, or could not be looked at.
 *
 * As `inFolder` of `pinned-folder.ts`: on Linux `act` is given a path that leads to that very folder, whatever is put in
 * its place meanwhile; elsewhere the folder's own. `act` must not throw.
 */
export async function inFolder(
  fs: SyncFileSystem,
  folder: string,
  act: (pinned: string) => Promise<void>,
): Promise<boolean> {
  if (process.platform !== 'linux') return whileInPlace(fs, folder, () => act(folder))
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants
  try {
    const file = fs.openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      const pinned = `/proc/self/fd/${file}`
      return await whileAt({ folder, placeNow: () => fs.readlinkSync(pinned) }, () => act(pinned))
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return false
  }
}

/** The same for what needs no path that is as safe as that. */
export async function whileInPlace(
  fs: SyncFileSystem,
  folder: string,
  act: () => Promise<void> | void,
): Promise<boolean> {
  try {
    return await whileAt({ folder, placeNow: () => fs.realpathSync.native(folder) }, act)
  } catch {
    return false
  }
}

async function whileAt(
  { folder, placeNow }: { folder: string; placeNow: () => string },
  act: () => Promise<void> | void,
): Promise<boolean> {
  if (placeNow() !== folder) return false
  await act()
  return placeNow() === folder
}
