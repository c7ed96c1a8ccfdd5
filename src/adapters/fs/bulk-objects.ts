import type { BulkSource } from '../../ports/bytes.ts'
import { ingestedKey } from '../../ports/bulk-objects.ts'
import type {
  BulkObjects,
  DeliveredObject,
  DeliverOptions,
  IngestedObject,
  IngestOptions,
  PrefixOptions,
} from '../../ports/bulk-objects.ts'
import { CHUNK_BYTES } from './bulk/copy-hashed.ts'
import { digestAt } from './bulk/digest-names.ts'
import { stateAt } from './bulk/file-states.ts'
import { chunksMoved, createControl, stopJob } from './bulk/job-control.ts'
import type { JobControl } from './bulk/job-control.ts'
import { runJob } from './bulk/pool.ts'
import { NO_DIGEST } from './bulk/store-files.ts'
import type { StoreFilesOutput } from './bulk/store-files.ts'
import { VOUCHED } from './bulk/vouch-files.ts'
import { fileOf } from './bulk-reader.ts'
import type { BulkFile } from './bulk-reader.ts'
import { placesInput, TARGET_MAKER } from './bulk-targets.ts'
import type { BulkPlace } from './bulk-targets.ts'
import type { Disk } from './disk.ts'
import { translated } from './errors.ts'

/** How often progress is told, in milliseconds. */
const TOLD_MS = 100

/**
 * Objects in bulk, by blocking calls: from the user's files and to them. On a disk that folds case nothing is done in bulk:
 * what is spelled otherwise must be noticed, one by one.
 */
export function createBulkObjects(disk: Disk): BulkObjects {
  return {
    deliverAll: (objects, options) => deliverAll(disk, objects, options),
    ingestAll: (sources, options) => ingestAll(disk, sources, options),
    vouchAll: (objects, options) => vouchAll(disk, objects, options),
  }
}

async function ingestAll(
  disk: Disk,
  sources: readonly BulkSource[],
  { prefix, onBytes, signal }: IngestOptions,
): Promise<readonly (IngestedObject | null)[]> {
  const files = sources.map(fileOf)
  const known = files.filter((file) => file !== null)
  if (known.length === 0 || (await translated('none', () => disk.foldsCase()))) return sources.map(() => null)
  const input = {
    paths: known.map(({ realPath }) => realPath).join('\0'),
    sizes: Float64Array.from(known, ({ sizeBytes }) => sizeBytes),
    root: disk.pathOf(prefix.slice(0, -1)),
    temporary: disk.temporaryPath(),
    durable: disk.durable,
    marks: disk.marks,
    control: createControl(),
  }
  const stored = await told(input, onBytes, () => runJob('storeFiles', input, { signal }))
  let next = 0
  return files.map((file) => file && ingestedFrom(file, stored, next++))
}

function ingestedFrom(file: BulkFile, { digests, states }: StoreFilesOutput, index: number): IngestedObject | null {
  const digest = digestAt(digests, index)
  if (digest === NO_DIGEST || !file.wasRead(stateAt(states, index))) return null
  return { digest, sizeBytes: file.sizeBytes }
}

interface ToldJob {
  readonly control: JobControl
  readonly sizes: Float64Array
}

/** Tells now and then how far a job with one file is. What that throws stops the job. */
async function told<T>(
  { control, sizes }: ToldJob,
  onBytes: IngestOptions['onBytes'],
  work: () => Promise<T>,
): Promise<T> {
  if (!onBytes || sizes.length !== 1) return work()
  const thrown: unknown[] = []
  const tell = (): void => {
    try {
      onBytes(chunksMoved(control) * CHUNK_BYTES)
    } catch (error) {
      thrown.push(error)
      stopJob(control)
      clearInterval(timer)
    }
  }
  const timer = setInterval(tell, TOLD_MS).unref()
  try {
    const output = await work()
    if (thrown.length > 0) throw thrown[0]
    return output
  } finally {
    clearInterval(timer)
  }
}

async function deliverAll(
  disk: Disk,
  objects: readonly DeliveredObject[],
  { maker, onBytes, signal }: DeliverOptions,
): Promise<readonly boolean[]> {
  if (maker !== TARGET_MAKER || (await mayFoldCase(disk, objects[0]!.key))) return objects.map(() => false)
  const places = objects.map(({ place }) => place as BulkPlace)
  const input = {
    objects: objects.map(({ key }) => disk.pathOf(key)).join('\0'),
    digests: objects.map(({ digest }) => digest).join(''),
    sizes: Float64Array.from(objects, ({ sizeBytes }) => sizeBytes),
    ...placesInput(places),
    control: createControl(),
  }
  const { written, states } = await told(input, onBytes, () => runJob('deliverFiles', input, { signal }))
  return places.map((place, index) => {
    if (written[index] === 1) place.state = stateAt(states, index)
    return written[index] === 1
  })
}

async function vouchAll(
  disk: Disk,
  objects: readonly IngestedObject[],
  { prefix, signal }: PrefixOptions,
): Promise<readonly (boolean | null)[]> {
  if (await mayFoldCase(disk, ingestedKey(prefix, objects[0]!.digest))) return objects.map(() => null)
  const input = {
    root: disk.pathOf(prefix.slice(0, -1)),
    digests: objects.map(({ digest }) => digest).join(''),
    sizes: Float64Array.from(objects, ({ sizeBytes }) => sizeBytes),
    marks: disk.marks,
  }
  const { vouched } = await runJob('vouchFiles', input, { signal })
  return Array.from(vouched, (answer) => (answer === VOUCHED.unknown ? null : answer === VOUCHED.yes))
}

/** Looks at one key where it is not known yet; nothing is written for it. */
async function mayFoldCase(disk: Disk, key: string): Promise<boolean> {
  if (disk.spelling.folds === null) await translated('none', () => disk.spelling.assertKey(key))
  return disk.spelling.folds ?? true
}
