import type { Digest } from '../../domain/digest.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Clock } from '../../ports/environment.ts'
import type { MetadataCapabilities, MetadataStore, Page, PageOptions } from '../../ports/metadata-store.ts'
import { checkedMetadataStore } from '../../ports/facade/metadata-store.ts'
import type { ContractCase, ContractSubject } from '../case.ts'
import { ContractFailure } from '../check.ts'
import { artifactIn } from './commands.ts'
import type { ArtifactHandle } from './commands.ts'

/** What a handle takes from its machine. */
export interface HandleOptions {
  /** The clock of the process that the handle is in. Default: the harness's own. */
  readonly clock?: Clock
}

/** What a case of the MetadataStore contract works with. */
export interface MetadataStoreContext {
  /** A project that is the case's own. Others of its own begin with this name. */
  readonly project: string
  /** An artifact of that project. */
  readonly key: ArtifactKey
  /** A new handle over the same data, behind the facade. It is closed after the case. */
  open(options?: HandleOptions): Promise<MetadataStore>
  /** The artifact through a new handle. */
  artifact(options?: HandleOptions): Promise<ArtifactHandle>
}

/** A case of the MetadataStore contract. */
export type MetadataStoreCase = ContractCase<MetadataStoreContext>

/** A metadata store under test, as its author hands it over. */
export interface MetadataStoreHarness {
  readonly name: string
  /** What `metadataCapabilityNames` makes of the store's capabilities. */
  readonly capabilities: readonly string[]
  /** Prepares the data of one case: empty, or shared with other cases, which use other projects. */
  create(): Promise<{
    /** Opens one more handle over this data. A store that asks no clock may ignore the one it is given. */
    open(options: HandleOptions): Promise<MetadataStore>
    cleanup(): Promise<void>
  }>
}

/** The names by which cases require capabilities: `manyWriters`, `drafts`. */
export function metadataCapabilityNames({ writers, drafts }: MetadataCapabilities): string[] {
  const present = { manyWriters: writers === 'many', drafts }
  return Object.entries(present).flatMap(([name, is]) => (is ? [name] : []))
}

/** Makes a metadata store a subject of `describeContract`. */
export function metadataStoreSubject(harness: MetadataStoreHarness): ContractSubject<MetadataStoreContext> {
  return {
    name: harness.name,
    capabilities: harness.capabilities,
    async create() {
      const { open, cleanup } = await harness.create()
      const handles: MetadataStore[] = []
      // Not derived from the seed: a case that is repeated must not meet what it left behind.
      const project = `contract-${crypto.randomUUID()}`
      const key = { project, artifact: 'model' }
      const openHandle = async (options: HandleOptions = {}): Promise<MetadataStore> => {
        const handle = checkedMetadataStore(await open(options))
        handles.push(handle)
        return handle
      }
      return {
        context: {
          project,
          key,
          open: openHandle,
          artifact: async (options) => artifactIn(await openHandle(options), key),
        },
        async cleanup() {
          const closed = await Promise.allSettled(handles.map((handle) => handle.close()))
          await cleanup()
          for (const result of closed) if (result.status === 'rejected') throw result.reason
        },
      }
    },
  }
}

/** Everything that anyone can see of an artifact's versions, in a form that compares deeply. */
export interface ArtifactState {
  readonly type: string
  readonly description: string | null
  /** By number: its content, and whether it is `live`, `deleted` or `superseded`. */
  readonly versions: readonly (readonly [digest: Digest, state: 'live' | 'deleted' | 'superseded'])[]
  readonly latest: number | null
  /** Sorted; `latest` is not among them. */
  readonly aliases: readonly (readonly [alias: string, n: number])[]
}

/** What an artifact looks like now; null when it was never logged. */
export async function stateOf(store: MetadataStore, key: ArtifactKey): Promise<ArtifactState | null> {
  const head = await store.head(key, {})
  if (!head) return null
  const versions: ArtifactState['versions'][number][] = []
  for (let n = 0; n < head.next; n++) {
    const found = await store.resolve(key, { kind: 'version', n }, {})
    if (!found) throw new ContractFailure(`a version or a tombstone at v${n}`, 'none')
    versions.push([found.record.digest, found.ended ?? 'live'])
  }
  const latest = await store.resolve(key, { kind: 'latest' }, {})
  if ((latest?.key.n ?? null) !== (head.latest?.n ?? null)) {
    throw new ContractFailure(`head.latest as resolved: ${latest?.key.n}`, `${head.latest?.n}`)
  }
  return {
    type: head.type,
    description: head.description,
    versions,
    latest: latest?.key.n ?? null,
    aliases: Object.entries(head.aliases).sort(([a], [b]) => (a < b ? -1 : 1)),
  }
}

/** Pages of a listing that goes on for ever would hang a case; no case has this many rows. */
const PAGES_MAX = 2_000

/** All rows of a listing, page by page. `between` runs after each page but the last. */
export async function pagesOf<T>(
  list: (options: PageOptions) => Promise<Page<T>>,
  { limit, between }: { readonly limit: number; readonly between?: (pages: number) => Promise<void> },
): Promise<T[]> {
  const rows: T[] = []
  let cursor: string | undefined
  for (let pages = 1; pages <= PAGES_MAX; pages++) {
    const page = await list({ limit, cursor })
    if (page.items.length > limit) throw new ContractFailure(`at most ${limit} rows`, `${page.items.length}`)
    rows.push(...page.items)
    cursor = page.cursor
    if (cursor === undefined) return rows
    await between?.(pages)
  }
  throw new ContractFailure('a last page', `${PAGES_MAX} pages`)
}
