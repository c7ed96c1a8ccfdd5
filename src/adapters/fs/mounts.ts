import { errnoOf } from './file-errors.ts'
import { isWithin } from './is-within.ts'
import type { UserFileSystem } from './user-file-system.ts'

/**
 * The first place below a folder, given without links, at which something is mounted: also a folder of the same disk, or
 * a single file. Null where there is none, and where the system has no list of what is mounted: Linux alone has.
 */
export async function mountBelow(fs: UserFileSystem, folder: string): Promise<string | null> {
  const places = (await listMounts(fs)).split('\n').map((line) => unescaped(line.split(' ')[4] ?? ''))
  return places.find((place) => place !== folder && isWithin(place, folder)) ?? null
}

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
async function listMounts(fs: UserFileSystem): Promise<string> {
  if (process.platform !== 'linux') return ''
  try {
    return await fs.promises.readFile('/proc/self/mountinfo', 'utf8')
  } catch (error) {
    if (errnoOf(error) === null) throw error
    return ''
  }
}

/** White space and backslashes are written as three octal digits. */
function unescaped(place: string): string {
  return place.replaceAll(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
