import { sha256 } from '../../domain/digest.ts'
import { createManifest } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { ArtifactKey, RunRef } from '../../domain/version.ts'
import { checkedTransport } from '../../ports/facade/transport.ts'
import type {
  AliasMove,
  Change,
  LogIntent,
  LogOutcome,
  Transport,
  TransportCapabilities,
} from '../../ports/transport.ts'
import type { ContractCase, ContractSubject } from '../case.ts'
import { ContractFailure } from '../check.ts'
import { bytesOf, sourceOf } from '../data.ts'

/** Files of a version: path → bytes. */
export type TestFiles = Readonly<Record<string, Uint8Array>>

/** What a case of the Transport contract works with. */
export interface TransportContext {
  /** A project that is the case's own. Others of its own begin with this name. */
  readonly project: string
  /** An artifact of that project. */
  readonly key: ArtifactKey
  /** The bytes that belong to a name under this seed. */
  bytes(name: string, sizeBytes: number): Uint8Array
  /** Files whose bytes belong to their paths and to a content under this seed. */
  files(content: string, sizes?: Readonly<Record<string, number>>): TestFiles
  /** A new client of the same service, behind the facade. It is closed after the case. */
  open(): Promise<Transport>
}

/** A case of the Transport contract. */
export type TransportCase = ContractCase<TransportContext>

/** A transport under test, as its author hands it over. */
export interface TransportHarness {
  readonly name: string
  /** What `transportCapabilityNames` makes of the transport's capabilities. */
  readonly capabilities: readonly string[]
  /** Prepares the data of one case: empty, or shared with other cases, which use other projects. */
  create(): Promise<{
    /** Opens one more client. */
    open(): Promise<Transport>
    cleanup(): Promise<void>
  }>
}

/** The time at which changes are sent, where a case does not care. */
export const AT = '2026-01-02T03:04:05.678Z'

/** The names by which cases require capabilities: `onePass`, `expect`, `collaborate`, `delete`, `export` … */
export function transportCapabilityNames(capabilities: TransportCapabilities): string[] {
  return Object.entries(capabilities).flatMap(([name, is]) => (is === true ? [name] : []))
}

/** Makes a transport a subject of `describeContract`. */
export function transportSubject(harness: TransportHarness): ContractSubject<TransportContext> {
  return {
    name: harness.name,
    capabilities: harness.capabilities,
    async create({ seed }) {
      const { open, cleanup } = await harness.create()
      const clients: Transport[] = []
      // Not derived from the seed: a case that is repeated must not meet what it left behind.
      const project = `contract-${crypto.randomUUID()}`
      const bytes = (name: string, sizeBytes: number): Uint8Array => bytesOf({ seed, name }, sizeBytes)
      const context: TransportContext = {
        project,
        key: { project, artifact: 'model' },
        bytes,
        files(content, sizes = { 'a.bin': 70_000, 'dir/b.txt': 100, 'dir/empty': 0 }) {
          const entries = Object.entries(sizes).map(
            ([path, size]) => [path, bytes(`${content}/${path}`, size)] as const,
          )
          return Object.fromEntries(entries)
        },
        async open() {
          const client = checkedTransport(await open())
          clients.push(client)
          return client
        },
      }
      return {
        context,
        async cleanup() {
          const closed = await Promise.allSettled(clients.map((client) => client.close()))
          await cleanup()
          for (const result of closed) if (result.status === 'rejected') throw result.reason
        },
      }
    },
  }
}

/** The manifest of files. */
export function manifestOf(files: TestFiles): Manifest {
  return createManifest(
    Object.entries(files).map(([path, bytes]) => ({ path, digest: sha256(bytes), size: bytes.length })),
  )
}

/** A log's intent: of type `model`, without anything else. */
export function intentOf(given: Partial<LogIntent> = {}): LogIntent {
  return {
    ...changeOf(),
    type: 'model',
    aliases: [],
    supersede: false,
    description: null,
    metadata: null,
    derivedFrom: null,
    ...given,
  }
}

/** A change by nobody, at a time that does not matter. */
export function changeOf(): Change {
  return { opId: crypto.randomUUID(), at: AT, run: null }
}

/** A move of an alias to a number; null removes it. */
export function moveOf(alias: string, n: number | null, expect?: number | null): AliasMove {
  return { ...changeOf(), alias, target: n === null ? null : { kind: 'version', n }, expect }
}

/** A run of a project. */
export function runOf(project: string, id: string): RunRef {
  return { project, id, name: `run ${id}` }
}

/** Logs files: asks what is missing, sends that, commits. */
export async function logFiles(
  transport: Transport,
  key: ArtifactKey,
  { files, ...intent }: Partial<LogIntent> & { readonly files: TestFiles },
): Promise<LogOutcome> {
  const upload = await transport.upload(key, { bases: [] })
  const manifest = manifestOf(files)
  const blobs = new Map(Object.values(files).map((bytes) => [sha256(bytes), bytes]))
  const missing = await upload.missing(
    [...blobs].map(([digest, bytes]) => ({ digest, sizeBytes: bytes.length })),
    {},
  )
  const items = missing.map((blob) => ({ ...blob, source: sourceOf(blobs.get(blob.digest)!) }))
  await upload.write(items, {})
  return upload.commit(manifest, intentOf(intent), {})
}

/** All files of a version, read whole. */
export async function readFiles(transport: Transport, key: ArtifactKey, n: number): Promise<TestFiles> {
  const version = await transport.resolve(key, { kind: 'version', n }, {})
  if (!version) throw new ContractFailure(`a version v${n}`, 'none')
  const { digest } = version.record
  const { entries } = await transport.manifest(version.key, digest, {})
  const layout = await transport.layout(key.project, digest, {})
  const wants = entries.map((entry) => {
    return { digest: entry.digest, sizeBytes: entry.size, location: layout?.get(entry.digest) ?? null }
  })
  const files: Record<string, Uint8Array> = {}
  await transport.read(
    { project: key.project, manifest: digest },
    wants,
    async (index, chunks) => {
      const copies: Uint8Array[] = []
      for await (const chunk of chunks) copies.push(chunk.slice())
      files[entries[index]!.path] = new Uint8Array(Buffer.concat(copies))
    },
    {},
  )
  return files
}
