import pMap from 'p-map'
import type { CallOptions } from '../../ports/call.ts'
import { BULK_BYTES_MAX } from '../../ports/object-store.ts'
import type { BulkObjects, ObjectInfo, SmallObject } from '../../ports/object-store.ts'
import { gathered } from './bulk/buffers.ts'
import { runJob } from './bulk/pool.ts'
import { giveSlab, takeSlab } from './bulk/slabs.ts'
import { LOOKED } from './bulk/stat-files.ts'
import { FS_CAPABILITIES } from './capabilities.ts'
import type { Disk } from './disk.ts'
import { translated } from './errors.ts'
import { statObject } from './reading.ts'

type ReadAllOptions = Parameters<BulkObjects['readAll']>[1]

/**
 * Small objects in bulk, in threads of their own. On a disk that folds case nothing is done in bulk: what is spelled
 * otherwise must be noticed, one by one.
 */
export function createBulkObjects(disk: Disk): BulkObjects {
  return {
    readAll: (keys, options) => readAll(disk, keys, options),
    writeAll: (objects, options) => writeAll(disk, objects, options),
    statAll: (keys, options) => statAll(disk, keys, options),
  }
}

async function readAll(
  disk: Disk,
  keys: readonly string[],
  { bytesMax = BULK_BYTES_MAX, ...options }: ReadAllOptions,
): Promise<readonly (Uint8Array | null)[]> {
  if (await mayFoldCase(disk, keys[0]!)) return keys.map(() => null)
  const paths = keys.map((key) => disk.pathOf(key)).join('\0')
  const { slab, sizes } = await runJob('getObjects', { paths, slab: takeSlab(bytesMax).subarray(0, bytesMax) }, options)
  let end = 0
  return sizes.map((size) => (size === null ? null : slab.subarray(end, (end += size))))
}

async function writeAll(
  disk: Disk,
  objects: readonly SmallObject[],
  options: CallOptions,
): Promise<readonly boolean[]> {
  if (await translated('none', () => disk.foldsCase())) return objects.map(() => false)
  const { slab, written } = await runJob(
    'putFiles',
    {
      paths: objects.map(({ key }) => disk.pathOf(key)),
      ...gathered(objects.map(({ bytes }) => bytes)),
      temporary: disk.temporaryPath(),
      durable: disk.durable,
      marks: disk.marks,
    },
    options,
  )
  giveSlab(slab)
  return written
}

async function statAll(
  disk: Disk,
  keys: readonly string[],
  options: CallOptions,
): Promise<readonly (ObjectInfo | null)[]> {
  const statOne = (key: string) => statObject(disk, key)
  if (await mayFoldCase(disk, keys[0]!)) return pMap(keys, statOne, { concurrency: FS_CAPABILITIES.concurrency })
  const input = { root: disk.pathOf(''), keys: keys.join('\0') }
  const { kinds, sizes, etags } = await runJob('statFiles', input, options)
  const tags = etags.split('\0')
  const found = keys.map((_, index): ObjectInfo | null => {
    const kind = kinds[index]
    if (kind !== LOOKED.plain && kind !== LOOKED.marked) return null
    return { sizeBytes: sizes[index]!, etag: tags[index]!, pristine: kind === LOOKED.marked || !disk.marks }
  })
  if (!kinds.includes(LOOKED.unknown)) return found
  return pMap(keys, (key, index) => (kinds[index] === LOOKED.unknown ? statOne(key) : found[index]!))
}

/** Looks at one key where it is not known yet; nothing is written for it. */
async function mayFoldCase(disk: Disk, key: string): Promise<boolean> {
  if (disk.spelling.folds === null) await translated('none', () => disk.spelling.assertKey(key))
  return disk.spelling.folds ?? true
}
