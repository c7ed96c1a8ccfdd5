import type { Answer, Command } from '../domain/command.ts'
import type { Digest } from '../domain/digest.ts'
import type { Head, Move } from '../domain/head.ts'
import type { HistoryEvent } from '../domain/history.ts'
import type { Metadata } from '../domain/metadata.ts'
import type { Selector } from '../domain/refs.ts'
import type { ArtifactKey, RunRef, VersionKey, VersionRecord } from '../domain/version.ts'
import type { Location } from './blob-store.ts'
import type { CallOptions } from './call.ts'
import type { CommitOptions, Located, Preparation } from './commit.ts'
import type { DraftStore } from './draft-store.ts'
import type { Page, PageOptions } from './page.ts'

export type { CommitOptions, Located, Preparation } from './commit.ts'
export type { Page, PageOptions } from './page.ts'

/** What a metadata store can do. Frozen. */
export interface MetadataCapabilities {
  readonly adapter: string
  /** `now`: an edge is durable when it was answered. `deferred`: at the latest when its run is ended. */
  readonly edges: 'now' | 'deferred'
  /** Whether any number of processes may write. */
  readonly writers: 'many' | 'single'
  /** Whether collaborative drafts are kept. Where not, `drafts` is `deniedDrafts()`. */
  readonly drafts: boolean
}

/** A version as it is now. */
export interface VersionView {
  readonly key: VersionKey
  readonly record: VersionRecord
  readonly live: boolean
  /** Why it is not live. */
  readonly ended: 'deleted' | 'superseded' | null
  /** Aliases that point at it, `latest` included, sorted. */
  readonly aliases: readonly string[]
  readonly description: string | null
}

/** Metadata that replaced what a version was logged with. */
export interface MetadataEdit {
  readonly metadata: Metadata | null
  /** The blob of the metadata when it is too large for the document. */
  readonly metadataDigest: Digest | null
  readonly at: string
  readonly run: RunRef | null
}

/** How metadata is replaced. */
export interface EditOptions extends CallOptions {
  /** By `monotonicMs`: until then the edit may rely on the blob that it names. Absent: it names none. */
  readonly untilMs?: number | undefined
}

/** One row of a listing of artifacts. */
export interface ArtifactSummary {
  readonly key: ArtifactKey
  readonly type: string
  readonly description: string | null
  readonly createdAt: string
  /** The number of the newest live version. */
  readonly latest: number
  /** The number that the next version gets. */
  readonly next: number
  /** Every version below it has ended; of those from here on some may have been deleted. */
  readonly floor: number
  /** Alias → number, without `latest`. */
  readonly aliases: Readonly<Record<string, number>>
}

/** A project, as its first writer recorded it. */
export interface ProjectRecord {
  readonly name: string
  readonly createdAt: string
}

/** A run, as it was started. */
export interface RunRecord extends RunRef {
  readonly group: string | null
  readonly config: Metadata | null
  readonly createdAt: string
}

/** A run and a version that it logged (`out`) or used (`in`). */
export interface Edge {
  readonly kind: 'out' | 'in'
  readonly run: RunRef
  readonly version: VersionKey
  readonly at: string
  readonly opId: string
}

/** What is recorded of one version beside its record: who logged it again, who used it, what was made from it. */
export interface VersionLinks {
  readonly out: readonly RunRef[]
  readonly in: readonly RunRef[]
  readonly derived: readonly VersionKey[]
}

/** What is recorded of one run. */
export interface RunLinks {
  readonly out: readonly VersionKey[]
  readonly in: readonly VersionKey[]
  readonly ended: boolean
}

/**
 * Versions, aliases and lineage. Adapters persist; `decide` of the domain decides.
 *
 * The facade has checked every argument before an adapter sees it: whatever is written can be read again. For every method: `UNKNOWN_OUTCOME` when a write may or
 * may not have taken effect; `CORRUPT`, naming the key, for a document that cannot be read; `CLOSED` after `close`.
 * Names that differ only in case are different names. A store that cannot keep two of them apart must reject `CONFLICT` for
 * the second one, and leave the first as it is.
 */
export interface MetadataStore {
  readonly capabilities: MetadataCapabilities

  /** Collaborative drafts. Requires `drafts`. */
  readonly drafts: DraftStore

  /**
   * Makes sure that the store can be read: rejects `UNSUPPORTED` when it has a newer format. The facade calls it once,
   * before anything else. Costs 1 request.
   */
  open(options: CallOptions): Promise<void>

  /** Head and collection state, read before anything is relied on. Costs 2 requests, side by side. */
  prepare(key: ArtifactKey, options: CallOptions): Promise<Preparation>

  /**
   * Carries out a command, exactly once for its `opId`, whatever number of executors run it.
   *
   * - Must decide by `decide`, and make the decision durable before it answers.
   * - Must reject with the refusal's code when it is refused; nothing is changed then.
   * - Must reject `UNKNOWN_OUTCOME` when it cannot learn the outcome; the same command may be sent again.
   * - Versions are dense, never renumbered, never reused; equal content is one version.
   * - Costs as many requests for the 10,000th version as for the 200th.
   */
  commit(key: ArtifactKey, command: Command, options: CommitOptions): Promise<Answer>

  /** The artifact's head, or null when it was never logged. Costs 1 request. */
  head(key: ArtifactKey, options: CallOptions): Promise<Head | null>

  /**
   * The version that a selector names now; null when there is none. Deleted and superseded versions are answered by
   * number, marked; other selectors find live ones only. Costs 2 requests, by digest 3.
   */
  resolve(key: ArtifactKey, selector: Selector, options: CallOptions): Promise<VersionView | null>

  /** The number that a selector names, for a command on it; null when it names none. Costs 1 request, by number 0. */
  locate(key: ArtifactKey, selector: Selector, options: CallOptions): Promise<Located | null>

  /** The record of a version as it was logged or ended; null when there is none. Costs 1 request. */
  record(key: VersionKey, options: CallOptions): Promise<VersionRecord | null>

  /** Live versions, one page at a time. A page costs head and one request a row, side by side. */
  versions(key: ArtifactKey, options: PageOptions & { readonly newestFirst: boolean }): Promise<Page<VersionView>>

  /** All moves of aliases, oldest first: complete and exact, whoever writes meanwhile. */
  moves(key: ArtifactKey, options: CallOptions): Promise<readonly Move[]>

  /** Metadata that replaced what version was logged with, or null. Costs 1 request. */
  metadataEdit(key: VersionKey, options: CallOptions): Promise<MetadataEdit | null>

  /**
   * Replaces the metadata of a version; the last writer wins.
   *
   * - After `untilMs` nothing may be sent any more: `UNAVAILABLE`, or `UNKNOWN_OUTCOME` when something was before.
   */
  editMetadata(key: VersionKey, edit: MetadataEdit, options: EditOptions): Promise<void>

  /** Where the blobs of a manifest lie, or null when all are objects of their own. Costs 1 request. */
  layout(project: string, manifest: Digest, options: CallOptions): Promise<ReadonlyMap<Digest, Location> | null>

  /** Records where the blobs of a manifest lie. Written before the manifest; a later layout replaces it. */
  writeLayout(
    project: string,
    manifest: Digest,
    layout: ReadonlyMap<Digest, Location>,
    options: CallOptions,
  ): Promise<void>

  /** Projects in code-point order of their names. */
  projects(options: PageOptions): Promise<Page<ProjectRecord>>

  /** Artifacts of a project that have a live version, in a stable order of the store's own; of one type where it is given. */
  artifacts(
    project: string,
    options: PageOptions & { readonly type?: string | undefined },
  ): Promise<Page<ArtifactSummary>>

  /** Runs of a project in code-point order of their ids. */
  runs(project: string, options: PageOptions): Promise<Page<RunRecord>>

  /** Creates a run's first record, or answers the one that is there: a run is resumed by its id. */
  startRun(run: RunRecord, options: CallOptions): Promise<RunRecord>

  /** The record of a run, or null. */
  run(project: string, id: string, options: CallOptions): Promise<RunRecord | null>

  /** Ends a run; idempotent. Edges that were deferred are durable when it answers. */
  endRun(run: RunRef, at: string, options: CallOptions): Promise<void>

  /** Records an edge; idempotent. Costs 2 requests, side by side. */
  recordEdge(edge: Edge, options: CallOptions): Promise<void>

  /** Edges of a version. Costs one list, and one read for each run in it: the edge holds the run's name. */
  linksOf(key: VersionKey, options: CallOptions): Promise<VersionLinks>

  /** Edges of a run: one list. */
  linksOfRun(project: string, run: string, options: CallOptions): Promise<RunLinks>

  /** The history of an artifact from version `since` on: everything that `import` needs to replay it. */
  export(key: ArtifactKey, options: CallOptions & { readonly since: number }): AsyncIterable<HistoryEvent>

  /**
   * Replays a history with numbers, tombstones, times and aliases intact. Idempotent; may be repeated after a stop.
   *
   * - Must reject `CONFLICT` when this store has another version under a number of the history; nothing is renumbered.
   * - Blobs, manifests and layouts must be there before.
   */
  import(key: ArtifactKey, events: AsyncIterable<HistoryEvent>, options: CallOptions): Promise<void>

  /** Releases what the store holds. Idempotent. */
  close(): Promise<void>
}
