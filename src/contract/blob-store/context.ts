import { formatBlobName } from '../../domain/blob-name.ts'
import { sha256 } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import type {
  BlobItem,
  BlobPage,
  BlobStore,
  BlobWant,
  Collection,
  Location,
  ProjectBlobs,
} from '../../ports/blob-store.ts'
import { checkedBlobStore } from '../../ports/facade/blob-store.ts'
import type { ByteRange } from '../../ports/object-store.ts'
import type { TestPlaces } from '../bulk-material.ts'
import type { ContractCase, ContractSubject } from '../case.ts'
import { ContractFailure } from '../check.ts'
import { bytesOf, sourceOf } from '../data.ts'
import type { SourceOptions } from '../data.ts'

/** A blob of a case: bytes that follow from its name. */
export interface TestBlob {
  readonly digest: Digest
  readonly bytes: Uint8Array
}

/** What a case of the BlobStore contract works with. */
export interface BlobStoreContext {
  /** A project that is the case's own. */
  readonly project: string
  /** A blob whose bytes belong to a name under this seed. */
  blob(name: string, sizeBytes: number): TestBlob
  /** A new handle over the same data, behind the facade. It is closed after the case. */
  open(): Promise<BlobStore>
  /** The same for the case's own project. */
  openProject(): Promise<ProjectBlobs>
  /** Flips one stored byte of a blob or pack, behind the store's back. */
  corrupt(name: string, offset: number): Promise<void>
  /** So many places, of a maker that the store knows. Requires `places`. */
  places(count: number): Promise<TestPlaces>
}

/** A case of the BlobStore contract. */
export type BlobStoreCase = ContractCase<BlobStoreContext>

/** A blob store under test, as its author hands it over. */
export interface BlobStoreHarness {
  readonly name: string
  /** What `blobCapabilityNames` makes of the store's capabilities; with `corrupt` and `places` if `create` answers them. */
  readonly capabilities: readonly string[]
  /** Prepares the data of one case: empty, or shared with other cases, which use other projects. */
  create(): Promise<{
    /** Opens one more handle over this data. */
    open(): Promise<BlobStore>
    /** Flips one byte of a stored object: `name` is that of a blob or pack in its project. */
    corrupt?(at: { readonly project: string; readonly name: string; readonly offset: number }): Promise<void>
    /** Places that the store fills by itself. */
    places?(count: number): Promise<TestPlaces>
    cleanup(): Promise<void>
  }>
}

/** Nothing was ever collected in the project. */
export const NOTHING_CONDEMNED: Collection = { epoch: 0, state: 'swept', condemned: new Set() }

/** The options of a write where nothing was ever collected and each blob is to be an object of its own. */
export const LOOSE = { collection: NOTHING_CONDEMNED, pack: false } as const

/** The names by which cases require capabilities: `onePass`. */
export function blobCapabilityNames(capabilities: BlobStore['capabilities']): string[] {
  return capabilities.onePass ? ['onePass'] : []
}

/** Makes a blob store a subject of `describeContract`. */
export function blobStoreSubject(harness: BlobStoreHarness): ContractSubject<BlobStoreContext> {
  return {
    name: harness.name,
    capabilities: harness.capabilities,
    async create({ seed }) {
      const { open, corrupt, places, cleanup } = await harness.create()
      const handles: BlobStore[] = []
      // Not derived from the seed: a case that is repeated must not meet what it left behind.
      const project = `contract-${crypto.randomUUID()}`
      const openHandle = async (): Promise<BlobStore> => {
        const handle = checkedBlobStore(await open())
        handles.push(handle)
        return handle
      }
      const context: BlobStoreContext = {
        project,
        blob: (name, sizeBytes) => blobOf(bytesOf({ seed, name }, sizeBytes)),
        open: openHandle,
        openProject: async () => (await openHandle()).in(project),
        async corrupt(name, offset) {
          if (!corrupt) throw new ContractFailure('a harness with `corrupt`', 'none')
          await corrupt({ project, name, offset })
        },
        async places(count) {
          if (!places) throw new ContractFailure('a harness with `places`', 'none')
          return places(count)
        },
      }
      return {
        context,
        async cleanup() {
          const closed = await Promise.allSettled(handles.map((handle) => handle.close()))
          await cleanup()
          for (const result of closed) if (result.status === 'rejected') throw result.reason
        },
      }
    },
  }
}

/** A blob of these bytes. */
export function blobOf(bytes: Uint8Array): TestBlob {
  return { digest: sha256(bytes), bytes }
}

/** A blob as `write` takes it. */
export function itemOf({ digest, bytes }: TestBlob, options?: SourceOptions): BlobItem {
  return { digest, sizeBytes: bytes.length, source: sourceOf(bytes, options) }
}

/** A blob as `read` takes it. */
export function wantOf({ digest, bytes }: TestBlob, location: Location = null, range?: ByteRange): BlobWant {
  return { digest, sizeBytes: bytes.length, location, ...(range ? { range } : {}) }
}

/** The plain name of a blob. */
export function nameOf({ digest }: TestBlob): string {
  return formatBlobName({ kind: 'blob', digest, epoch: null })
}

/** A state of collection in which these names are condemned. */
export function condemning(epoch: number, ...names: string[]): Collection {
  return { epoch, state: 'condemned', condemned: new Set(names) }
}

/** The bytes of wants, in their order. Each must be handed out exactly once. */
export async function readWants(blobs: ProjectBlobs, wants: readonly BlobWant[]): Promise<Uint8Array[]> {
  const found = new Map<number, Uint8Array>()
  await blobs.read(
    wants,
    async (index, chunks) => {
      if (found.has(index)) throw new ContractFailure(`one answer to want ${index}`, 'two')
      found.set(index, await collect(chunks))
    },
    {},
  )
  return wants.map((_, index) => found.get(index) ?? missingAnswer(index))
}

/** The bytes of one blob. */
export async function readBlob(blobs: ProjectBlobs, want: BlobWant): Promise<Uint8Array> {
  const [bytes] = await readWants(blobs, [want])
  return bytes!
}

/** Pages of a listing that goes on for ever would hang a case; no case has this many blobs. */
const PAGES_MAX = 2_000

/** All blobs and packs of a listing, page by page. `between` runs after each page but the last. */
export async function listAll(
  blobs: ProjectBlobs,
  { limit = 100, between }: { readonly limit?: number; readonly between?: (pages: number) => Promise<void> } = {},
): Promise<BlobPage['blobs']> {
  const found: BlobPage['blobs'][number][] = []
  let cursor: string | undefined
  for (let pages = 1; pages <= PAGES_MAX; pages++) {
    const page = await blobs.list(cursor === undefined ? { limit } : { limit, cursor })
    if (page.blobs.length > limit) throw new ContractFailure(`at most ${limit} names`, `${page.blobs.length}`)
    found.push(...page.blobs)
    cursor = page.cursor
    if (cursor === undefined) return found
    await between?.(pages)
  }
  throw new ContractFailure('a last page', `${PAGES_MAX} pages`)
}

/** The names of all blobs and packs, sorted. */
export async function listNames(blobs: ProjectBlobs): Promise<string[]> {
  return (await listAll(blobs)).map(({ name }) => name).sort()
}

/** All bytes of a stream in one. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Uint8Array[] = []
  for await (const chunk of chunks) copies.push(chunk.slice())
  return new Uint8Array(Buffer.concat(copies))
}

function missingAnswer(index: number): never {
  throw new ContractFailure(`an answer to want ${index}`, 'none')
}
