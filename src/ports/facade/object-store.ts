import type { ByteSource } from '../bytes.ts'
import type { CallOptions } from '../call.ts'
import type { BulkObjects, IngestedObject } from '../bulk-objects.ts'
import type { BatchStore, ObjectStore, StoredObject } from '../object-store.ts'
import { CheckedSource } from './checked-source.ts'
import { assertBatch, assertKey, assertPage, assertRange, assertSize, isEmptyRange } from './checks.ts'
import { assertDeliver, assertIngest, assertVouch } from './bulk-checks.ts'
import { Guard } from './guard.ts'
import type { GuardedCall, ObservedRequest } from './guard.ts'
import { guardedChunks, guardedStaging } from './streams.ts'

export type { ObservedRequest } from './guard.ts'

/** How a checked store is watched. */
export interface ObjectStoreFacadeOptions {
  /**
   * Called once for each request to the driver when it has been answered: one for a read, one for a staged object (its
   * `publish`), one for a page. Must not throw.
   */
  readonly observe?: (request: ObservedRequest) => void
}

/**
 * The one front of all drivers.
 *
 * - Refuses wrong keys, prefixes, ranges, limits and batches with `INVALID`, a denied capability with `UNSUPPORTED`, a
 *   fired signal with `ABORTED` and any call after `close` with `CLOSED`; a driver never sees those calls.
 * - A driver never sees an empty range, nor a source of another size than it says. No keys are answered at once, without it.
 * - Every rejection is a LadingError with operation, key and adapter. What a driver did not name is `UNAVAILABLE` for
 *   a read and `UNKNOWN_OUTCOME` for a write, with its cause; a failing source keeps its own code.
 * - `close` waits for calls under way, ends reads and discards staged objects that are still open, once.
 */
export function checkedObjectStore(driver: ObjectStore, options: ObjectStoreFacadeOptions = {}): ObjectStore {
  const { capabilities } = driver
  const guard = new Guard(capabilities.adapter, options.observe)

  return {
    capabilities,
    ...checkedReads(guard, driver),
    ...checkedWrites(guard, driver),
    batch: checkedBatch(guard, driver),
    bulk: checkedBulk(guard, driver),
    close: () => guard.close(() => driver.close()),
  }
}

type Reads = Pick<ObjectStore, 'get' | 'read' | 'stat' | 'list'>
type Writes = Omit<ObjectStore, keyof Reads | 'capabilities' | 'batch' | 'bulk' | 'close'>

function checkedReads(guard: Guard, driver: ObjectStore): Reads {
  return {
    get(key, options) {
      const call = reading('get', key, options)
      return guard.call({ ...call, bytes: (found) => found?.bytes.length }, () => driver.get(key, options))
    },

    async read(key, options) {
      const { range } = options
      const check = (): void => {
        assertKey(key)
        if (range) assertRange(range)
      }
      const empty = range !== undefined && isEmptyRange(range)
      return guard.call({ ...reading('read', key, options), check }, async () => {
        if (empty) return (await driver.stat(key, options)) && noChunks()
        const chunks = await driver.read(key, options)
        return chunks && guardedChunks(guard, key, chunks, options)
      })
    },

    stat(key, options) {
      return guard.call(reading('stat', key, options), () => driver.stat(key, options))
    },

    list(prefix, options) {
      const call = { ...reading('list', prefix, options), check: () => assertPage(prefix, options) }
      return guard.call(call, () => driver.list(prefix, options))
    },
  }
}

function checkedWrites(guard: Guard, driver: ObjectStore): Writes {
  const { capabilities } = driver
  return {
    putIfAbsent(key, body, options) {
      const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes
      const check = (): void => {
        assertKey(key)
        assertSize(sizeBytes, capabilities.objectBytesMax)
      }
      const call = { ...writing('putIfAbsent', key, options), check, bytes: () => sizeBytes ?? undefined }
      return guard.call(call, () => sendBody(body, (checked) => driver.putIfAbsent(key, checked, options)))
    },

    put(key, bytes, options) {
      const call = { ...writing('put', key, options), bytes: () => bytes.length }
      return guard.call(call, () => driver.put(key, bytes, options))
    },

    compareAndSwap(key, bytes, ifMatch, options) {
      const requires = ['compareAndSwap', capabilities.register === 'native'] as const
      const call = { ...writing('compareAndSwap', key, options), requires, bytes: () => bytes.length }
      return guard.call(call, () => driver.compareAndSwap(key, bytes, ifMatch, options))
    },

    async delete(keys, options) {
      if (keys.length > 0) await guard.call(writingAll('delete', keys, options), () => driver.delete(keys, options))
    },

    async sync(keys, options) {
      if (keys.length > 0) await guard.call(writingAll('sync', keys, options), () => driver.sync(keys, options))
    },

    stage(options) {
      const requires = ['staging', capabilities.staging] as const
      const call = { operation: 'stage', key: '', options, failure: 'UNAVAILABLE', requires } as const
      return guard.call(call, async () => guardedStaging(guard, await driver.stage(options), options))
    },

    copy(from, to, options) {
      const requires = ['copy', capabilities.copy] as const
      const check = (): void => [from, to].forEach(assertKey)
      const call = { ...writing('copy', to, options), requires, check }
      return guard.call(call, () => driver.copy(from, to, options))
    },
  }
}

function checkedBatch(guard: Guard, driver: ObjectStore): BatchStore {
  const requires = ['batch', driver.capabilities.batch] as const
  return {
    tip(options) {
      const call = { ...reading('batch.tip', '', options), requires, check: () => {} }
      return guard.call(call, () => driver.batch.tip(options))
    },

    async getAt(commit, keys, options) {
      if (keys.length === 0) return []
      const check = (): void => keys.forEach(assertKey)
      const call = { ...reading('batch.getAt', keys[0]!, options), requires, check, bytes: sizeOfAll }
      return guard.call(call, () => driver.batch.getAt(commit, keys, options))
    },

    listAt(commit, prefix, options) {
      const call = { ...reading('batch.listAt', prefix, options), requires, check: () => assertPage(prefix, options) }
      return guard.call(call, () => driver.batch.listAt(commit, prefix, options))
    },

    commit(writes, options) {
      const check = (): void => assertBatch(writes, options.title)
      const bytes = (): number => writes.reduce((sum, write) => sum + write.bytes.length, 0)
      const call = { ...writing('batch.commit', writes[0]?.key ?? '', options), requires, check, bytes }
      return guard.call(call, () => driver.batch.commit(writes, options))
    },

    commitsSince(commit, options) {
      const call = { ...reading('batch.commitsSince', '', options), requires, check: () => {} }
      return guard.call(call, () => driver.batch.commitsSince(commit, options))
    },
  }
}

/** What is done in bulk counts as one request. */
function checkedBulk(guard: Guard, driver: ObjectStore): BulkObjects {
  const requires = ['bulk', driver.capabilities.bulk] as const
  return {
    async deliverAll(objects, options) {
      if (objects.length === 0) return []
      const check = (): void => assertDeliver(objects)
      const bytes = (put: readonly boolean[] | undefined): number | undefined =>
        put && bytesOfAll(objects.filter((_object, index) => put[index]))
      const call = { ...reading('bulk.deliverAll', objects[0]!.key, options), requires, check, bytes }
      return guard.call(call, () => driver.bulk.deliverAll(objects, options))
    },

    async ingestAll(sources, options) {
      if (sources.length === 0) return []
      const check = (): void => assertIngest(sources, options)
      const call = { ...writing('bulk.ingestAll', options.prefix, options), requires, check, bytes: bytesOfAll }
      return guard.call(call, () => driver.bulk.ingestAll(sources, options))
    },

    async vouchAll(objects, options) {
      if (objects.length === 0) return []
      const check = (): void => assertVouch(objects, options)
      const call = { ...reading('bulk.vouchAll', options.prefix, options), requires, check }
      return guard.call(call, () => driver.bulk.vouchAll(objects, options))
    },
  }
}

/** A request that changes nothing. */
function reading(operation: string, key: string, options: CallOptions) {
  return {
    operation,
    key,
    options,
    failure: 'UNAVAILABLE',
    check: () => assertKey(key),
    bytes: () => undefined,
  } as const satisfies GuardedCall<unknown>
}

/** A request that may have landed when its answer is lost. */
function writing(operation: string, key: string, options: CallOptions) {
  return { ...reading(operation, key, options), failure: 'UNKNOWN_OUTCOME' } as const
}

function writingAll(operation: string, keys: readonly string[], options: CallOptions) {
  return { ...writing(operation, keys[0]!, options), check: () => keys.forEach(assertKey) }
}

async function sendBody<T>(
  body: Uint8Array | ByteSource,
  send: (checked: Uint8Array | ByteSource) => Promise<T>,
): Promise<T> {
  if (body instanceof Uint8Array) return send(body)
  const source = new CheckedSource(body)
  try {
    return await send(source)
  } catch (error) {
    throw source.failure ?? error
  }
}

function bytesOfAll(ingested: readonly (IngestedObject | null)[] | undefined): number | undefined {
  return ingested?.reduce((sum, object) => sum + (object?.sizeBytes ?? 0), 0)
}

function sizeOfAll(found: readonly (StoredObject | null)[] | undefined): number | undefined {
  return found?.reduce((sum, object) => sum + (object?.bytes.length ?? 0), 0)
}

async function* noChunks(): AsyncGenerator<Uint8Array, void> {}
