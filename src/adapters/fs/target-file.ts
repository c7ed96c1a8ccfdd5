import { randomBytes } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { FileState } from '../../ports/file-state.ts'
import { TARGET_MODE } from './bulk/deliver-files.ts'
import { stateOf } from './bulk/file-states.ts'
import { TEMPORARY } from './bulk-targets.ts'
import type { FilePlace } from './bulk-targets.ts'
import { writeChunks } from './chunk-writer.ts'
import { ifPresent, onFile } from './file-errors.ts'
import { markOf } from './mark.ts'
import { inFolder } from './pinned-folder.ts'
import type { PinnedFolder } from './pinned-folder.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** A file that is to be written. */
export interface TargetWrite extends FilePlace, CallOptions {
  /** What errors call it. */
  readonly path: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/** As a file was found when it was written; null if another one had taken its place. */
export interface WrittenTarget {
  readonly state: FileState | null
}

type FileId = Pick<BigIntStats, 'dev' | 'ino'>

/**
 * Writes a file under a temporary name beside its place and renames it; null if its folder is not in its place any more.
 * On Linux all of that is done in the very folder that was looked at. Elsewhere an empty temporary file may be left behind a
 * link that took the folder's place for a moment.
 */
export async function writeTargetFile(fs: UserFileSystem, file: TargetWrite): Promise<WrittenTarget | null> {
  const written = await inFolder(fs, file.folder, async (pinned) => ({ target: await writeIn(fs, pinned, file) }))
  return written && written.target
}

async function writeIn(fs: UserFileSystem, pinned: PinnedFolder, file: TargetWrite): Promise<WrittenTarget | null> {
  const temporary = join(pinned.path, TEMPORARY.join(randomBytes(8).toString('hex')))
  const target = join(pinned.path, file.name)
  try {
    const made = await fill(fs, file, { temporary, pinned })
    if (made !== null) throwIfAborted(file)
    const rename = () =>
      ifPresent(
        file.path,
        fs.promises.rename(temporary, target).then(() => true),
      )
    if (made === null || !(await pinned.isInPlace()) || !(await rename())) return await removed(fs, temporary)
    // The file is there, whatever this look says.
    const stats = await fs.promises.lstat(target, { bigint: true }).catch(() => null)
    return { state: stats && isSameFile(stats, made) ? stateOf(stats) : null }
  } catch (error) {
    await removed(fs, temporary)
    throw error
  }
}

/** Why the file is not written is what is told; a temporary file that cannot be removed now is swept later. */
async function removed(fs: UserFileSystem, temporary: string): Promise<null> {
  await fs.promises.rm(temporary, { force: true }).catch(() => {})
  return null
}

/** Answers the file that it has made; null where the folder is not in its place. */
async function fill(
  fs: UserFileSystem,
  { chunks, folder, path, signal }: TargetWrite,
  { temporary, pinned }: { readonly temporary: string; readonly pinned: PinnedFolder },
): Promise<FileId | null> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants
  const flags = O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0)
  const handle = await ifPresent(path, fs.promises.open(temporary, flags, TARGET_MODE))
  if (handle === null) return null
  try {
    const made = await onFile(path, handle.stat({ bigint: true }))
    // By its usual path the folder may have been a link when the file was made, and be back by now: it lies elsewhere then.
    if (pinned.path === folder && !(await isThere(fs, { temporary, made, path }))) return null
    if (pinned.path === folder && !(await pinned.isInPlace())) return null
    await writeChunks({ handle, path }, chunks, { signal })
    const mark = markOf(Date.now())
    // A disk that takes no times: what has another one is not remembered, and read when it is looked at again.
    await handle.utimes(mark, mark).catch(() => undefined)
    return made
  } finally {
    await onFile(path, handle.close())
  }
}

async function isThere(
  fs: UserFileSystem,
  { temporary, made, path }: { readonly temporary: string; readonly made: FileId; readonly path: string },
): Promise<boolean> {
  const found = await ifPresent(path, fs.promises.lstat(temporary, { bigint: true }))
  return found !== null && isSameFile(found, made)
}

function isSameFile(one: FileId, other: FileId): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
