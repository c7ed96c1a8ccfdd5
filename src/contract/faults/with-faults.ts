import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { BulkObjects } from '../../ports/bulk-objects.ts'
import type { BatchStore, ObjectStore, StagedObject } from '../../ports/object-store.ts'
import { createRandom } from '../random.ts'
import { FaultGate } from './fault-gate.ts'
import { LateWrites } from './late-writes.ts'
import { FaultPlan } from './plan.ts'
import type { FaultCounts, FaultRule } from './plan.ts'

/** Which faults a driver is to show. */
export interface FaultOptions {
  /** A whole number. All chance derives from it: equal calls in equal order meet equal faults. */
  readonly seed: number
  /** The first rule that injects decides. A chance is drawn for each call that the rule meets; `nth` counts them from 1. */
  readonly plan: readonly FaultRule[]
  /**
   * When late writes land. `by chance`: before one of the next calls of this handle, as the seed says. `when settled`:
   * not before `settle`. Default `by chance`.
   */
  readonly lateWrites?: 'by chance' | 'when settled'
}

/** A driver with faults. */
export interface FaultyObjectStore extends ObjectStore {
  /** What was injected so far: a test that needs faults asserts that it had them. */
  readonly injected: FaultCounts
  /** Lands all late writes that are still on their way, in the order in which they were sent. */
  settle(): Promise<void>
}

/**
 * A driver that shows the faults of a plan, and nothing that the port forbids: whoever holds it cannot tell it from a
 * real one on a bad day.
 *
 * - Reads and writes that no fault meets pass as they are. Capabilities are those of the driver.
 * - A `late landing` has no signal: what is on its way is not called back. `close` lands what is still late, first.
 * - A source whose write is late or doubled is read once, and kept in memory until it has landed.
 * - Throws `INVALID` for a rule that could never inject.
 */
export function withFaults(driver: ObjectStore, options: FaultOptions): FaultyObjectStore {
  // Streams of their own: what is drawn while calls are under way must not change which calls meet which faults.
  const plan = new FaultPlan(options.plan, createRandom(options.seed))
  const random = createRandom(~options.seed)
  const late = new LateWrites(random, options.lateWrites ?? 'by chance')
  const gate = new FaultGate({ plan, random, late, adapter: driver.capabilities.adapter })

  return {
    capabilities: driver.capabilities,
    get injected() {
      return plan.injected
    },
    settle: () => late.settle(),
    ...faultyReads(gate, driver),
    ...faultyWrites(gate, driver),
    batch: faultyBatch(gate, driver),
    bulk: faultyBulk(gate, driver),
    async close() {
      await late.settle()
      await driver.close()
    },
  }
}

type Reads = Pick<ObjectStore, 'get' | 'read' | 'stat' | 'list' | 'sync'>
type Writes = Omit<ObjectStore, keyof Reads | 'capabilities' | 'batch' | 'bulk' | 'close'>

function faultyReads(gate: FaultGate, driver: ObjectStore): Reads {
  return {
    get: (key, options) => gate.read('get', key, () => driver.get(key, options)),
    read: (key, options) => gate.read('read', key, () => driver.read(key, options)),
    stat: (key, options) => gate.read('stat', key, () => driver.stat(key, options)),
    list: (prefix, options) => gate.list('list', prefix, { options, send: (changed) => driver.list(prefix, changed) }),
    sync: (keys, options) => gate.read('sync', keys[0] ?? '', () => driver.sync(keys, options)),
  }
}

function faultyWrites(gate: FaultGate, driver: ObjectStore): Writes {
  return {
    putIfAbsent(key, body, options) {
      const kept = new KeptBody(body, options)
      return gate.write<{ etag: string } | 'exists'>({
        operation: 'putIfAbsent',
        key,
        keep: () => kept.keep(),
        send: (copy) => driver.putIfAbsent(key, kept.body, signalOf(copy, options)),
        refusal: 'exists',
      })
    },
    put(key, bytes, options) {
      const body = copyOf(bytes)
      return gate.write({
        operation: 'put',
        key,
        send: (copy) => driver.put(key, body, signalOf(copy, options)),
      })
    },
    compareAndSwap(key, bytes, ifMatch, options) {
      const body = copyOf(bytes)
      return gate.write<{ etag: string } | 'lost'>({
        operation: 'compareAndSwap',
        key,
        send: (copy) => driver.compareAndSwap(key, body, ifMatch, signalOf(copy, options)),
        refusal: 'lost',
      })
    },
    delete: (keys, options) =>
      gate.write({
        operation: 'delete',
        key: keys[0] ?? '',
        send: (copy) => driver.delete(keys, signalOf(copy, options)),
      }),
    stage: async (options) => faultyStaging(gate, await driver.stage(options)),
    copy: (from, to, options) =>
      gate.write<'created' | 'exists' | null>({
        operation: 'copy',
        key: to,
        send: (copy) => driver.copy(from, to, signalOf(copy, options)),
        refusal: 'exists',
      }),
  }
}

function faultyStaging(gate: FaultGate, staged: StagedObject): StagedObject {
  return {
    write: (chunk) => staged.write(chunk),
    publish: (key) =>
      gate.write<'created' | 'exists' | 'suspect'>({
        operation: 'publish',
        key,
        send: () => staged.publish(key),
        refusal: 'exists',
      }),
    replace: (key) => gate.write({ operation: 'replace', key, send: () => staged.replace(key) }),
    discard: () => staged.discard(),
  }
}

/** Its own way of failing is to leave things undone; what it is sent may be late or lost all the same. */
function faultyBulk(gate: FaultGate, { bulk }: ObjectStore): BulkObjects {
  return {
    deliverAll: (objects, options) =>
      gate.read('bulk.deliverAll', objects[0]?.key ?? '', () => bulk.deliverAll(objects, options)),
    vouchAll: (objects, options) => gate.read('bulk.vouchAll', options.prefix, () => bulk.vouchAll(objects, options)),
    ingestAll: (sources, options) =>
      gate.write({
        operation: 'bulk.ingestAll',
        key: options.prefix,
        send: (copy) => bulk.ingestAll(sources, { ...options, ...signalOf(copy, options) }),
      }),
  }
}

function faultyBatch(gate: FaultGate, { batch }: ObjectStore): BatchStore {
  return {
    tip: (options) => gate.read('batch.tip', '', () => batch.tip(options)),
    getAt: (commit, keys, options) => gate.read('batch.getAt', keys[0] ?? '', () => batch.getAt(commit, keys, options)),
    listAt: (commit, prefix, options) =>
      gate.list('batch.listAt', prefix, { options, send: (changed) => batch.listAt(commit, prefix, changed) }),
    commit(writes, options) {
      const bodies = writes.map((write) => ({ ...write, bytes: copyOf(write.bytes) }))
      const { parent, title } = options
      return gate.write<{ commit: string } | 'stale'>({
        operation: 'batch.commit',
        key: writes[0]?.key ?? '',
        send: (copy) => batch.commit(bodies, { ...signalOf(copy, options), parent, title }),
        refusal: 'stale',
      })
    },
    commitsSince: (commit, options) => gate.read('batch.commitsSince', '', () => batch.commitsSince(commit, options)),
  }
}

/** A body that can be sent more than once, if it is kept first. */
class KeptBody {
  readonly #options: CallOptions
  #body: Uint8Array | ByteSource

  constructor(body: Uint8Array | ByteSource, options: CallOptions) {
    this.#body = body
    this.#options = options
  }

  get body(): Uint8Array | ByteSource {
    return this.#body
  }

  async keep(): Promise<void> {
    const body = this.#body
    if (body instanceof Uint8Array) this.#body = copyOf(body)
    else this.#body = await bytesOf(body, this.#options)
  }
}

async function bytesOf(source: ByteSource, options: CallOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.read(options)) chunks.push(copyOf(chunk))
  return new Uint8Array(Buffer.concat(chunks))
}

/** A copy is on its way without its caller. */
function signalOf(copy: 'only' | 'again', { signal }: CallOptions): CallOptions {
  return copy === 'again' || signal === undefined ? {} : { signal }
}

/** Not `slice`: that of a Buffer is a view. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
