import { hash } from 'node:crypto'
import { sep } from 'node:path'
import { CHUNK_BYTES, copyHashed, readSmall, writeAll } from './copy-hashed.ts'
import { digestAt } from './digest-names.ts'
import { createStates, setState } from './file-states.ts'
import { inFolder } from './in-folder.ts'
import { isStopped } from './job-control.ts'
import type { JobControl } from './job-control.ts'
import type { SyncFileSystem } from './sync-file-system.ts'
import type { TargetGroup } from './target-groups.ts'

/** The mode of files that are written for the user, less the umask. */
export const TARGET_MODE = 0o644

/** Objects that become files of the user. */
export interface DeliverFilesInput {
  /** Absolute paths of the objects, with a NUL between two: one string moves to another thread for less than many. */
  readonly objects: string
  /** What they hold: the SHA-256 of each in hex, one behind the other. */
  readonly digests: string
  /** In bytes. */
  readonly sizes: Float64Array
  readonly groups: readonly TargetGroup[]
  /** Of each file, in its folder, with a NUL between two. */
  readonly names: string
  /** What the names of temporary files begin and end with; a number is put between. */
  readonly temporary: readonly [start: string, end: string]
  /** What their mtime becomes. */
  readonly mtimeSeconds: number
  readonly control: JobControl
}

/** What was written. */
export interface DeliverFilesOutput {
  /** Of each file: 1 if it was written. */
  readonly written: Uint8Array
  /** As the files were when they had got their names. */
  readonly states: BigInt64Array
}

/**
 * Copies objects into files, each verified, under a temporary name beside its place and then renamed. Not written is a file
 * whose object is not what it should be, whose place is taken by something else than a file, or whose folder is not in its
 * place before or afterwards.
 *
 * Everything is done in the very folder that was checked. The system looks both names of a renaming up one after the
 * other, so that one by the folder's usual name could begin there and end behind a link. Costs a file: open, read and
 * close; lstat, open, write, utimes, rename, fstat and close.
 */
export async function deliverFiles(fs: SyncFileSystem, input: DeliverFilesInput): Promise<DeliverFilesOutput> {
  const objects = input.objects.split('\0')
  const names = input.names.split('\0')
  const written = new Uint8Array(names.length)
  const states = createStates(names.length)
  for (const { folder, indexes } of input.groups) {
    const isInPlace = await inFolder(fs, folder, async (pinned) => {
      for (const index of indexes) {
        const temporary = input.temporary.join(index.toString(16).padStart(4, '0'))
        const file = {
          object: objects[index]!,
          digest: digestAt(input.digests, index),
          sizeBytes: input.sizes[index]!,
          seen: `${folder}${sep}${names[index]}`,
          place: `${pinned}${sep}${names[index]}`,
          temporary: `${pinned}${sep}${temporary}`,
        }
        written[index] = Number(await deliver(fs, file, { input, index, states }))
      }
    })
    if (!isInPlace) for (const index of indexes) written[index] = 0
  }
  return { written, states }
}

interface DeliveredFile {
  readonly object: string
  readonly digest: string
  readonly sizeBytes: number
  /** Where it is looked at: through the pinned folder that costs twice as much. */
  readonly seen: string
  /** Where it is put. */
  readonly place: string
  readonly temporary: string
}

interface Job {
  readonly input: DeliverFilesInput
  readonly index: number
  readonly states: BigInt64Array
}

async function deliver(fs: SyncFileSystem, file: DeliveredFile, job: Job): Promise<boolean> {
  if (isStopped(job.input.control)) return false
  try {
    // Opening a FIFO that somebody put in an object's place must not wait for a writer.
    const object = fs.openSync(file.object, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    try {
      return file.sizeBytes < CHUNK_BYTES
        ? deliverSmall(fs, { ...file, from: object }, job)
        : await deliverLarge(fs, { ...file, from: object }, job)
    } finally {
      fs.closeSync(object)
    }
  } catch {
    return false
  }
}

type OpenFile = DeliveredFile & { readonly from: number }

/** Nothing is made of an object that is damaged. */
function deliverSmall(fs: SyncFileSystem, file: OpenFile, job: Job): boolean {
  const bytes = readSmall(fs, file)
  if (bytes === null || hash('sha256', bytes, 'hex') !== file.digest) return false
  if (isTaken(fs, file.seen)) return false
  const to = createTarget(fs, file.temporary)
  try {
    writeAll(fs, to, bytes)
    finish(fs, { ...file, to }, job)
  } catch (error) {
    // Also when something failed after the renaming: the one who writes the file again replaces it.
    fs.rmSync(file.temporary, { force: true })
    throw error
  } finally {
    fs.closeSync(to)
  }
  return true
}

async function deliverLarge(fs: SyncFileSystem, file: OpenFile, job: Job): Promise<boolean> {
  if (isTaken(fs, file.seen)) return false
  const to = createTarget(fs, file.temporary)
  try {
    const digest = await copyHashed(fs, { ...file, to }, job.input.control)
    if (digest !== file.digest) return false
    finish(fs, { ...file, to }, job)
    return true
  } finally {
    fs.closeSync(to)
    fs.rmSync(file.temporary, { force: true })
  }
}

function isTaken(fs: SyncFileSystem, place: string): boolean {
  const found = fs.lstatSync(place, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile()
}

function createTarget(fs: SyncFileSystem, temporary: string): number {
  return fs.openSync(temporary, 'wx', TARGET_MODE)
}

function finish(fs: SyncFileSystem, file: OpenFile & { readonly to: number }, { input, index, states }: Job): void {
  const { to, temporary, place } = file
  try {
    fs.futimesSync(to, input.mtimeSeconds, input.mtimeSeconds)
  } catch {
    // A disk that takes no times: what has another one is not remembered, and read when it is looked at again.
  }
  fs.renameSync(temporary, place)
  setState(states, index, fs.fstatSync(to, { bigint: true }))
}
