import { checkedObjectStore } from '../../ports/facade/object-store.ts'
import type {
  ByteRange,
  ListEntry,
  ListOptions,
  ObjectStore,
  ObjectStoreCapabilities,
} from '../../ports/object-store.ts'
import type { TestPlaces, TestSources } from '../bulk-material.ts'
import type { ContractCase, ContractSubject } from '../case.ts'
import { ContractFailure } from '../check.ts'
import type { ChildRun, ChildTask } from '../child-task.ts'
import { bytesOf } from '../data.ts'
import { withTimeLimit } from '../time-limit.ts'

/** What a case of the ObjectStore contract works with. */
export interface ObjectStoreContext {
  /** A prefix that is the case's own, ending in `/`. */
  readonly namespace: string
  /** A key in the namespace. */
  key(name: string): string
  /** The bytes that belong to a name under this seed. */
  bytes(name: string, sizeBytes: number): Uint8Array
  /** A new handle over the same data, behind the facade. It is closed after the case. */
  open(): Promise<ObjectStore>
  /** Another process that works on the same data. Requires `spawn`. */
  spawn(task: ChildTask): ChildRun
  /** Sources of these contents, of a reader that the driver knows. Requires `sources`. */
  sources(contents: readonly Uint8Array[]): Promise<TestSources>
  /** So many places, of a maker that the driver knows. Requires `places`. */
  places(count: number): Promise<TestPlaces>
}

/** A case of the ObjectStore contract. */
export type ObjectStoreCase = ContractCase<ObjectStoreContext>

/** A driver under test, as its author hands it over. */
export interface ObjectStoreHarness {
  readonly name: string
  /** What `capabilityNames` makes of the driver's capabilities; with `spawn`, `sources` and `places` if `create` answers them. */
  readonly capabilities: readonly string[]
  /** Prepares the data of one case: empty, or shared with other cases, whose keys have other prefixes. */
  create(): Promise<{
    /** Opens one more handle over this data. */
    open(): Promise<ObjectStore>
    /** Starts a process that calls `runChildTask` over this data. */
    spawn?(task: ChildTask): ChildRun
    /** Sources of these contents that the driver takes in bulk: each of them, or cases fail. */
    sources?(contents: readonly Uint8Array[]): Promise<TestSources>
    /** Places that the driver fills in bulk: each of them, or cases fail. */
    places?(count: number): Promise<TestPlaces>
    cleanup(): Promise<void>
  }>
}

/** The names by which cases require capabilities: `compareAndSwap`, `batch`, `bulk`, `staging`, `copy`. */
export function capabilityNames(capabilities: ObjectStoreCapabilities): string[] {
  const present = {
    compareAndSwap: capabilities.register === 'native',
    batch: capabilities.batch,
    bulk: capabilities.bulk,
    staging: capabilities.staging,
    copy: capabilities.copy,
  }
  return Object.entries(present).flatMap(([name, is]) => (is ? [name] : []))
}

/** A handle that does not close must not keep a case from being cleaned up. */
const CLOSE_LIMIT_MS = 30_000

/** Makes a driver a subject of `describeContract`. */
export function objectStoreSubject(harness: ObjectStoreHarness): ContractSubject<ObjectStoreContext> {
  return {
    name: harness.name,
    capabilities: harness.capabilities,
    async create({ caseId, seed }) {
      const { open, spawn, sources, places, cleanup } = await harness.create()
      const handles: ObjectStore[] = []
      // Not derived from the seed: a case that is repeated must not meet what it left behind.
      const namespace = `contract/${crypto.randomUUID()}/${caseId}/`
      const context: ObjectStoreContext = {
        namespace,
        key: (name) => `${namespace}${name}`,
        bytes: (name, sizeBytes) => bytesOf({ seed, name }, sizeBytes),
        async open() {
          const handle = checkedObjectStore(await open())
          handles.push(handle)
          return handle
        },
        spawn(task) {
          if (!spawn) throw new ContractFailure('a harness with `spawn`', 'none')
          return spawn(task)
        },
        async sources(contents) {
          if (!sources) throw new ContractFailure('a harness with `sources`', 'none')
          return sources(contents)
        },
        async places(count) {
          if (!places) throw new ContractFailure('a harness with `places`', 'none')
          return places(count)
        },
      }
      return {
        context,
        async cleanup() {
          const closing = handles.map((handle) => withTimeLimit(handle.close(), CLOSE_LIMIT_MS, '`close`'))
          const closed = await Promise.allSettled(closing)
          await cleanup()
          for (const result of closed) if (result.status === 'rejected') throw result.reason
        },
      }
    },
  }
}

/** Bytes of an object through `read`; null when there is none. */
export async function readAll(store: ObjectStore, key: string, range?: ByteRange): Promise<Uint8Array | null> {
  const chunks = await store.read(key, range ? { range } : {})
  if (!chunks) return null
  const copies: Uint8Array[] = []
  for await (const chunk of chunks) copies.push(new Uint8Array(chunk))
  return new Uint8Array(Buffer.concat(copies))
}

/** Pages of a listing that goes on for ever would hang a case; no case has this many entries. */
const PAGES_MAX = 5_000

/** All entries of a listing, page by page. `between` runs after each page but the last. */
export async function listAll(
  store: ObjectStore,
  prefix: string,
  options: Pick<ListOptions, 'depth' | 'details' | 'limit'> & { readonly between?: (pages: number) => Promise<void> },
): Promise<ListEntry[]> {
  const { depth, details, limit, between } = options
  const entries: ListEntry[] = []
  let cursor: string | undefined
  for (let pages = 1; pages <= PAGES_MAX; pages++) {
    const page = await store.list(prefix, { depth, details, limit, cursor })
    if (page.entries.length > limit) throw new ContractFailure(`at most ${limit} entries`, `${page.entries.length}`)
    entries.push(...page.entries)
    cursor = page.cursor
    if (cursor === undefined) return entries
    await between?.(pages)
  }
  throw new ContractFailure('a last page', `${PAGES_MAX} pages`)
}

/** The keys of a listing, without its prefix. */
export async function listNames(
  store: ObjectStore,
  prefix: string,
  depth: ListOptions['depth'] = 'all',
): Promise<string[]> {
  return (await listAll(store, prefix, { depth, limit: 100 })).map(({ key }) => key.slice(prefix.length))
}

/** The etag of an object that must be there. */
export async function etagOf(store: ObjectStore, key: string): Promise<string> {
  const info = await store.stat(key, {})
  if (!info) throw new ContractFailure(`an object at ${key}`, 'none')
  return info.etag
}
