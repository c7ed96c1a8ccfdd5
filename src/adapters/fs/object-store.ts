import { dirname } from 'node:path'
import pMap from 'p-map'
import { LadingError } from '../../domain/errors.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { deniedBatch, deniedBulk } from '../../ports/denied.ts'
import type { Etag, ObjectStore } from '../../ports/object-store.ts'
import { createBulkObjects } from './bulk-objects.ts'
import { FS_CAPABILITIES } from './capabilities.ts'
import { resolveConfig } from './config.ts'
import type { FsOptions } from './config.ts'
import { Disk } from './disk.ts'
import { isErrno, translated } from './errors.ts'
import { listObjects } from './listing.ts'
import { readObject, readStream, statObject } from './reading.ts'
import { StagedFile } from './staged-file.ts'

/**
 * A store in a folder: a key is a path below `root`, an object a read-only file that is never changed in place.
 *
 * Any number of processes may work on one folder; there are no locks. Does no I/O; the folder is made on the first write,
 * and until then the store is empty. Rejects options that make no sense with `INVALID`.
 */
export function createFsObjectStore(options: FsOptions): ObjectStore {
  const config = resolveConfig(options)
  const disk = new Disk(config)
  return {
    capabilities: config.threads ? FS_CAPABILITIES : Object.freeze({ ...FS_CAPABILITIES, bulk: false }),
    batch: deniedBatch(),
    bulk: config.threads ? createBulkObjects(disk) : deniedBulk(),
    get: (key) => readObject(disk, key),
    read: (key, options) => readStream(disk, key, options),
    stat: (key) => statObject(disk, key),
    list: (prefix, options) => listObjects(disk, prefix, options),
    stage: async (options) => new StagedFile(disk, { ...options, marked: true }),
    putIfAbsent: (key, body, options) => putIfAbsent({ disk, key }, body, options),
    put: (key, bytes, options) => put({ disk, key }, bytes, options),
    compareAndSwap: denied,
    delete: (keys, options) => deleteObjects(disk, keys, options),
    sync: (keys) => syncNames(disk, keys),
    copy: (from, to, options) => copy(disk, { from, to }, options),
    close: async () => {},
  }
}

interface Place {
  readonly disk: Disk
  readonly key: string
}

interface Copy {
  readonly from: string
  readonly to: string
}

async function putIfAbsent(
  { disk, key }: Place,
  body: Uint8Array | ByteSource,
  options: CallOptions,
): Promise<{ etag: Etag } | 'exists'> {
  const file = new StagedFile(disk, options)
  try {
    if (body instanceof Uint8Array) await file.write(body)
    else for await (const chunk of body.read(options)) await file.write(chunk)
    const answer = await file.publish(key)
    // Also for `exists`: who made it may not have come this far, and our caller will rely on it.
    const etag = await syncPublished({ disk, key })
    return answer === 'created' ? { etag } : 'exists'
  } finally {
    await file.discard()
  }
}

/** From here on the object is visible, so that no failure means that it is not there. Answers its etag. */
async function syncPublished({ disk, key }: Place): Promise<Etag> {
  try {
    const [info] = await Promise.all([statObject(disk, key), disk.folders.sync([dirname(disk.pathOf(key))])])
    // Deleted by now: an etag that no object has.
    return info?.etag ?? ''
  } catch (cause) {
    const detail = 'the object is there, but a power loss may take it: its folder could not be synced'
    throw new LadingError('UNKNOWN_OUTCOME', { detail, next: 'check the disk, then write it again', cause })
  }
}

async function put({ disk, key }: Place, bytes: Uint8Array, options: CallOptions): Promise<void> {
  const file = new StagedFile(disk, options)
  try {
    await file.write(bytes)
    await file.replace(key)
  } finally {
    await file.discard()
  }
}

async function deleteObjects(disk: Disk, keys: readonly string[], options: CallOptions): Promise<void> {
  const remove = async (key: string): Promise<void> => {
    throwIfAborted(options)
    await translated('possible', () => removeObject(disk, key))
  }
  await pMap(keys, remove, { concurrency: FS_CAPABILITIES.concurrency })
}

async function removeObject(disk: Disk, key: string): Promise<void> {
  try {
    await disk.spelling.assertKey(key)
    await disk.orAbsent(() => disk.fs.unlink(disk.pathOf(key)))
    disk.spelling.forget(key)
  } catch (error) {
    // A folder is no object. Linux says EISDIR to this, which is absence already; other systems say EPERM.
    if (!isErrno(error, 'EPERM') || !(await disk.statusOf(key))?.isDirectory()) throw error
  }
}

async function syncNames(disk: Disk, keys: readonly string[]): Promise<void> {
  const folders = new Set(keys.map((key) => key.slice(0, Math.max(0, key.lastIndexOf('/')))))
  const paths = Array.from(folders, (folder) => disk.pathOf(folder))
  await translated('possible', () => disk.folders.sync(paths))
}

/** Makes a second name for the same bytes, durable when it answers. */
async function copy(disk: Disk, { from, to }: Copy, options: CallOptions): Promise<'created' | 'exists' | null> {
  if ((await statObject(disk, from)) === null) return null
  await translated('none', () => disk.spelling.assertKey(to))
  const answer = await translated('possible', () => linkOrCopy(disk, { from, to }, options))
  if (answer !== null) await syncPublished({ disk, key: to })
  return answer
}

async function linkOrCopy(disk: Disk, { from, to }: Copy, options: CallOptions): Promise<'created' | 'exists' | null> {
  const path = disk.pathOf(to)
  try {
    await disk.folders.inFolderOf(path, () => disk.fs.link(disk.pathOf(from), path))
    return 'created'
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return 'exists'
    // Linux lets nobody link to the read-only file of another user; and a file can have only so many names.
    if (isErrno(error, 'EPERM', 'EMLINK')) return copyBytes(disk, { from, to }, options)
    if (isErrno(error, 'ENOENT') && (await statObject(disk, from)) === null) return null
    throw error
  }
}

async function copyBytes(disk: Disk, { from, to }: Copy, options: CallOptions): Promise<'created' | 'exists' | null> {
  const chunks = await readStream(disk, from, options)
  if (chunks === null) return null
  const file = new StagedFile(disk, options)
  try {
    for await (const chunk of chunks) await file.write(chunk)
    return (await file.publish(to)) === 'created' ? 'created' : 'exists'
  } finally {
    await file.discard()
  }
}

async function denied(): Promise<never> {
  throw new LadingError('UNSUPPORTED', {
    detail: 'a file system neither swaps a content nor writes many files in one step',
    next: 'see the capabilities',
  })
}
