import type { ListEntry, ListOptions, ListPage, ObjectStore, StoredObject } from '../../src/ports/object-store.ts'
import type { Build } from './build.ts'
import type { Flavour } from './scenario.ts'
import type { Storage, Write } from './storage.ts'

/**
 * What becomes of a request. `ok`: it is answered as it was carried out. The others are faults of a write.
 *
 * - `unanswered`: it landed, the answer was lost.
 * - `refused`: it landed, and the copy that a client library sent again was refused.
 * - `late`: the answer is "unknown", and it may land at any later moment, by its precondition at that moment.
 * - `unavailable`: it certainly did not land.
 * - `missed`: a listing without what appeared while it was read.
 */
export type Outcome = 'ok' | 'unanswered' | 'refused' | 'late' | 'unavailable' | 'missed'

/** One request of one process, on its way to the store. */
export interface Request {
  readonly process: number
  readonly label: string
  readonly key: string
  readonly write: Write | null
  /** What may become of a read, faults aside. */
  readonly outcomes: readonly Outcome[]
  /** Carries it out at this moment and answers it. What was answered, in words; reads by their etags. */
  settle(outcome: Outcome): string
}

/** Whom a process hands its requests to. They settle when they are chosen. */
export type Send = (request: Request) => void

/** Keys whose documents no other process's steps depend on, once an artifact exists. */
const ASIDE = ['lading.json', 'projects/', 'p/p/gc', 'p/p/types/']

/** Entries a page: few, so that listings have several. */
const PAGE = 4

interface Parts {
  readonly storage: Storage
  readonly flavour: Flavour
  readonly process: number
  readonly build: Build
  readonly send: Send
  /** Whether requests for documents on the side are settled at once, without being chosen. */
  readonly skipAside: boolean
}

interface Call<T> {
  readonly label: string
  readonly key: string
  readonly write?: Write
  readonly outcomes?: readonly Outcome[]
  /** The answer of a read, or of a write that landed and answered this. */
  readonly answer: (landed: string, outcome: Outcome) => T
  /** The answer of a write whose precondition does not hold. */
  readonly refusal?: T
}

/** One process's handle of the shared store: an ObjectStore driver whose every request waits to be chosen. */
export function createSimulatedStore(parts: Parts): ObjectStore {
  const { storage, flavour, build } = parts
  const request = requester(parts)
  const unsupported = async (): Promise<never> => {
    throw new build.LadingError('UNSUPPORTED', { detail: 'the simulated store does not have it' })
  }
  const get = (key: string) => request({ label: `get ${key}`, key, answer: () => storage.objects.get(key) ?? null })

  return {
    capabilities: Object.freeze({
      adapter: `simulated-${flavour}`,
      register: flavour === 'numbered' ? 'numbered' : 'native',
      batch: flavour === 'batch',
      staging: false,
      copy: false,
      bulk: false,
      packBelowBytes: 0,
      objectBytesMax: 1_000_000,
      concurrency: 4,
    }),
    get,
    read: unsupported,
    async stat(key) {
      const found = await get(key)
      return found && { sizeBytes: found.bytes.length, etag: found.etag, pristine: true }
    },
    async putIfAbsent(key, body) {
      const write: Write = { kind: 'putIfAbsent', key, bytes: body as Uint8Array }
      return request<{ etag: string } | 'exists'>({
        label: `put ${key} if absent`,
        key,
        write,
        answer: (etag) => ({ etag }),
        refusal: 'exists',
      })
    },
    async put(key, bytes) {
      await request({ label: `put ${key}`, key, write: { kind: 'put', key, bytes }, answer: () => undefined })
    },
    async compareAndSwap(key, bytes, ifMatch) {
      if (flavour !== 'native') return unsupported()
      return request<{ etag: string } | 'lost'>({
        label: `compare and swap ${key}`,
        key,
        write: { kind: 'compareAndSwap', key, bytes, ifMatch },
        answer: (etag) => ({ etag }),
        refusal: 'lost',
      })
    },
    list: (prefix, options) => listNow(prefix, options, { request, storage }),
    async delete(keys) {
      await request({
        label: `delete ${keys.join(' ')}`,
        key: keys[0]!,
        write: { kind: 'delete', keys },
        answer: () => undefined,
      })
    },
    // Every answer of this store is durable.
    sync: async () => undefined,
    stage: unsupported,
    copy: unsupported,
    batch: batchOf(request, storage),
    bulk: { deliverAll: unsupported, ingestAll: unsupported, vouchAll: unsupported },
    close: async () => undefined,
  }
}

type Requester = <T>(call: Call<T>) => Promise<T>

function requester({ storage, process, build, send, skipAside }: Parts): Requester {
  return <T>({ label, key, write, outcomes, answer, refusal }: Call<T>) =>
    new Promise<T>((resolve, reject) => {
      const fail = (code: 'UNKNOWN_OUTCOME' | 'UNAVAILABLE') => {
        reject(new build.LadingError(code, { detail: `${label}: simulated` }))
        return code
      }
      const settle = (outcome: Outcome): string => {
        if (outcome === 'unavailable') return fail('UNAVAILABLE')
        if (outcome === 'late') return fail('UNKNOWN_OUTCOME')
        const landed = write === undefined ? '' : storage.holds(write) ? storage.land(write) : null
        if (outcome === 'unanswered') return fail('UNKNOWN_OUTCOME')
        const value = landed === null || outcome === 'refused' ? refusal! : answer(landed, outcome)
        resolve(value)
        return shown(value)
      }
      const request = { process, label, key, write: write ?? null, outcomes: outcomes ?? ['ok'], settle } as const
      if (skipAside && ASIDE.some((aside) => key.startsWith(aside))) settle('ok')
      else send(request)
    })
}

/** What an answer tells a process: content by its etag. */
function shown(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map(shown).join(' ')
  const { etag, entries, commit, title } = value as Record<string, unknown>
  if (Array.isArray(entries)) return entries.map((entry: ListEntry) => entry.key).join(' ')
  return String(etag ?? commit ?? title)
}

/** One page. Reading it takes time: what appears meanwhile may be in it or not. */
async function listNow(
  prefix: string,
  options: ListOptions,
  { request, storage }: { request: Requester; storage: Storage },
): Promise<ListPage> {
  let before: ReadonlySet<string> = new Set()
  await request({
    label: `list ${prefix} begins`,
    key: prefix,
    answer: () => {
      before = new Set(storage.objects.keys())
      return 'begun'
    },
  })
  return request({
    label: `list ${prefix} ends`,
    key: prefix,
    outcomes: ['ok', 'missed'],
    answer: (_landed, outcome) => {
      const objects = [...storage.objects].filter(([key]) => outcome === 'ok' || before.has(key))
      return pageOf(objects, prefix, options)
    },
  })
}

function pageOf(objects: Iterable<[string, StoredObject]>, prefix: string, options: ListOptions): ListPage {
  const entries = new Map<string, ListEntry>()
  for (const [key, { bytes, etag }] of objects) {
    if (!key.startsWith(prefix)) continue
    const slash = options.depth === 'children' ? key.indexOf('/', prefix.length) : -1
    const name = slash === -1 ? key : key.slice(0, slash + 1)
    if (options.cursor !== undefined && name <= options.cursor) continue
    entries.set(
      name,
      slash === -1 ? { kind: 'object', key, sizeBytes: bytes.length, etag } : { kind: 'folder', key: name },
    )
  }
  const sorted = [...entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  const page = sorted.slice(0, Math.min(options.limit, PAGE))
  return page.length < sorted.length ? { entries: page, cursor: page.at(-1)!.key } : { entries: page }
}

function batchOf(request: Requester, storage: Storage): ObjectStore['batch'] {
  return {
    tip: () => request({ label: 'read the tip', key: 'tip', answer: () => storage.tip() }),
    getAt: (commit, keys) =>
      request({
        label: `get ${keys.join(' ')} at ${commit}`,
        key: keys[0]!,
        answer: () => keys.map((key) => storage.at(commit).get(key) ?? null),
      }),
    listAt: (commit, prefix, options) =>
      request({
        label: `list ${prefix} at ${commit}`,
        key: prefix,
        answer: () => pageOf(storage.at(commit), prefix, options),
      }),
    commit: (writes, { parent, title }) =>
      request<{ commit: string } | 'stale'>({
        label: `commit ${title} on ${parent}`,
        key: 'tip',
        write: { kind: 'commit', writes, parent, title },
        answer: (commit) => ({ commit }),
        refusal: 'stale',
      }),
    commitsSince: (commit) =>
      request({ label: `commits since ${commit}`, key: 'tip', answer: () => storage.since(commit) }),
  }
}
