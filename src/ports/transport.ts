import type { Answer, Delivery } from '../domain/command.ts'
import type { Digest } from '../domain/digest.ts'
import type { DraftKey, DraftRound, OnConflict } from '../domain/draft.ts'
import type { Head, Move } from '../domain/head.ts'
import type { HistoryEvent } from '../domain/history.ts'
import type { LineageGraph, LineageOptions } from '../domain/lineage.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Metadata } from '../domain/metadata.ts'
import type { Selector } from '../domain/refs.ts'
import type { ArtifactKey, RunRef, VersionKey } from '../domain/version.ts'
import type { BlobItem, BlobSink, BlobWant, Location, ReadOptions } from './blob-store.ts'
import type { ByteSource } from './bytes.ts'
import type { CallOptions } from './call.ts'
import type { DraftSummary } from './draft-store.ts'
import type {
  ArtifactSummary,
  Page,
  PageOptions,
  ProjectRecord,
  RunLinks,
  RunRecord,
  VersionLinks,
  VersionView,
} from './metadata-store.ts'

/** What a way to a service can do. What is denied rejects `UNSUPPORTED`. */
export interface TransportCapabilities {
  /** The name in errors and events: `in-process`, `http`, `trackio`. */
  readonly adapter: string
  /** Whether `ingest` takes bytes whose digests are not known; otherwise `write` wants digests first. */
  readonly onePass: boolean
  /** Whether an alias move may carry `expect`. */
  readonly expect: boolean
  /** Whether it takes parts of collaborative drafts and finishes them. */
  readonly collaborate: boolean
  readonly delete: boolean
  readonly export: boolean
  /** Whether it takes good bytes for stored ones that are damaged or missing. */
  readonly repair: boolean
  /** Whether a command can have one executor only: then nothing is sent twice. */
  readonly delivery: Extract<Delivery, 'alone' | 'first'>
}

/** One log under way: what was read before any blob is relied on, and what was stored since. */
export interface Upload {
  readonly key: ArtifactKey
  /** The artifact's head when the upload began; null before its first version. */
  readonly head: Head | null
  /** Hashes and stores bytes; answers in the order of `sources`. Requires `onePass`. */
  ingest(sources: readonly ByteSource[], options: TransferOptions): Promise<readonly IngestedBlob[]>
  /** Which of these blobs the service does not have yet. */
  missing(blobs: readonly IngestedBlob[], options: CallOptions): Promise<readonly IngestedBlob[]>
  /** Stores blobs whose digests are known. */
  write(items: readonly BlobItem[], options: TransferOptions): Promise<void>
  /** Makes the manifest the next version, or finds the version that has this content. */
  commit(manifest: Manifest, intent: LogIntent, options: CallOptions): Promise<LogOutcome>
}

/** A blob by its content. */
export interface IngestedBlob {
  readonly digest: Digest
  readonly sizeBytes: number
}

/** Options of calls that move bytes. */
export interface TransferOptions extends CallOptions {
  /** Called with the number of bytes that were taken since the last call. */
  readonly onBytes?: ((count: number) => void) | undefined
}

/**
 * How a change was sent that may have several executors: over a network, from an outbox, or by a second server.
 *
 * Whoever sends it again uses the same operation id and the same `baseRev`, and says `resent`.
 */
export interface Sent {
  /** The rev of head that the client saw before its first send; 0 when there was no head. */
  readonly baseRev: number
  readonly delivery: Exclude<Delivery, 'alone'>
}

/** Who changes something, and when. */
export interface Change {
  /** Unique for each intent, 1–128 characters, no control characters. */
  readonly opId: string
  readonly at: string
  readonly run: RunRef | null
  /** Absent: `alone`. The change is sent once and never again, so that it has one executor. */
  readonly sent?: Sent | undefined
}

/** What a log asks for beside its content. */
export interface LogIntent extends Change {
  readonly type: string
  readonly aliases: readonly string[]
  readonly supersede: boolean
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly derivedFrom: VersionKey | null
}

/** What a log made or found. */
export interface LogOutcome extends Answer {
  readonly n: number
  /** Whether other metadata took the place of what a version of known content had. Absent: no, or it is not known. */
  readonly metadataReplaced?: boolean | undefined
}

/** A move of one alias, or its removal. */
export interface AliasMove extends Change {
  readonly alias: string
  /**
   * The target; null removes the alias.
   *
   * Each executor looks the target up, so that under any other selector a re-send could be another move. A client that
   * may send again resolves the number first: with `sent`, anything but a version by number is `INVALID`.
   */
  readonly target: Selector | null
  readonly expect: number | null | undefined
}

/** What an upsert says beside its content. Sent again under the same operation id it is the same part. */
export interface PartIntent extends Change {
  readonly run: RunRef
  readonly type: string
  readonly metadata: Metadata | null
  readonly description: string | null
}

/** A part of a draft: its entries, and the upload that stored their blobs. */
export interface PartUpload {
  /** From `upload` of this very transport. */
  readonly upload: Upload
  readonly manifest: Manifest
}

/** What a finish asks for. The operation of the closing that was there first is the one that is carried out. */
export interface FinishIntent extends PartIntent {
  readonly aliases: readonly string[]
  readonly onConflict: OnConflict
}

/**
 * A client's way to a service. A client knows this and nothing behind it.
 *
 * The facade has checked every argument before an adapter sees it.
 */
export interface Transport {
  readonly capabilities: TransportCapabilities

  /** Begins a log. `bases`: manifests whose blobs the new version shares, so that they need not be asked for. */
  upload(key: ArtifactKey, options: CallOptions & { readonly bases: readonly Digest[] }): Promise<Upload>

  /** The version that a selector names now, as `MetadataStore.resolve` does; null when there is none. */
  resolve(key: ArtifactKey, selector: Selector, options: CallOptions): Promise<VersionView | null>

  /** The artifact's head, or null when it was never logged. */
  head(key: ArtifactKey, options: CallOptions): Promise<Head | null>

  /** The metadata of a version, as it was logged or as it was replaced since. */
  metadata(version: VersionView, options: CallOptions): Promise<Metadata | null>

  /** The manifest of a version, verified against its digest. */
  manifest(key: VersionKey, digest: Digest, options: CallOptions): Promise<Manifest>

  /** Reads blobs of a version as `ProjectBlobs.read` does: whole ones are verified. */
  read(
    from: { readonly project: string; readonly manifest: Digest },
    wants: readonly BlobWant[],
    sink: BlobSink,
    options: ReadOptions,
  ): Promise<void>

  /** Where the blobs of a manifest lie; null when all are objects of their own, or where the client need not know. */
  layout(project: string, manifest: Digest, options: CallOptions): Promise<ReadonlyMap<Digest, Location> | null>

  /**
   * Puts good bytes in the place of blobs of a live version that are damaged or missing, as `ProjectBlobs.repair` does;
   * answers the digests of those that were replaced. Requires `repair`.
   *
   * - Must reject `NOT_FOUND` unless the version is live, `INVALID` for a blob that it does not have.
   * - Other versions of the artifact that have the blob in the same place read the good bytes too.
   * - May be repeated after a stop. Costs a read of each blob, and of each layout of the artifact if one lay in a pack.
   */
  repair(key: VersionKey, items: readonly BlobItem[], options: CallOptions): Promise<ReadonlySet<Digest>>

  /** Records that a run used a version: once, however often it is called. */
  recordUse(key: VersionKey, use: { run: RunRef; at: string; opId: string }, options: CallOptions): Promise<void>

  /** Moves or removes an alias. */
  moveAlias(key: ArtifactKey, move: AliasMove, options: CallOptions): Promise<void>

  /** All moves of an artifact's aliases, as `MetadataStore.moves`. */
  moves(key: ArtifactKey, options: CallOptions): Promise<readonly Move[]>

  /** Replaces the metadata of a live version; null removes it. Its content and digest never change. */
  updateMetadata(
    key: VersionKey,
    edit: Change & { readonly metadata: Metadata | null },
    options: CallOptions,
  ): Promise<void>

  /** Replaces the description of an artifact. */
  describe(key: ArtifactKey, edit: Change & { readonly description: string }, options: CallOptions): Promise<void>

  /** Deletes a version, as `DeleteCommand` does. Requires `delete`, as `deleteArtifact` does. */
  deleteVersion(
    key: VersionKey,
    removal: Change & { readonly withAliases: boolean },
    options: CallOptions,
  ): Promise<void>

  /** Deletes all versions of an artifact and hides its name, as `DeleteArtifactCommand` does. */
  deleteArtifact(key: ArtifactKey, removal: Change, options: CallOptions): Promise<void>

  /**
   * The round of a draft that is open now: the first one without a result. A client asks before the first send of an
   * upsert, finish or abandonment, and keeps the answer for every later one. Requires `collaborate`, as the next four do.
   */
  draftRound(key: DraftKey, options: CallOptions): Promise<number>

  /** Gives a part to a round; acknowledged parts are in its version. As `DraftStore.upsert`. */
  upsert(round: DraftRound, part: PartUpload & { readonly intent: PartIntent }, options: CallOptions): Promise<void>

  /** Makes the parts of a round one version, or answers the one that was made of them. As `DraftStore.finish`. */
  finish(round: DraftRound, intent: FinishIntent, options: CallOptions): Promise<LogOutcome>

  /** Ends a round without a version. As `DraftStore.abandon`. */
  abandon(round: DraftRound, change: Change, options: CallOptions): Promise<void>

  /** Rounds of an artifact's drafts that have no result yet. */
  drafts(key: ArtifactKey, options: PageOptions): Promise<Page<DraftSummary>>

  /** Projects in code-point order of their names. */
  projects(options: PageOptions): Promise<Page<ProjectRecord>>

  /** Artifacts of a project that have a live version, as `MetadataStore.artifacts`. */
  artifacts(
    project: string,
    options: PageOptions & { readonly type?: string | undefined },
  ): Promise<Page<ArtifactSummary>>

  /** The live versions of an artifact, in the order of their numbers. */
  versions(key: ArtifactKey, options: PageOptions & { readonly newestFirst: boolean }): Promise<Page<VersionView>>

  /** Runs of a project in code-point order of their ids. */
  runs(project: string, options: PageOptions): Promise<Page<RunRecord>>

  /** Records the start of a run; answers the run of this id as it was first started. */
  startRun(run: RunRecord, options: CallOptions): Promise<RunRecord>

  /** A run as it was first started; null when there is none. */
  run(project: string, id: string, options: CallOptions): Promise<RunRecord | null>

  /** Ends a run, as `MetadataStore.endRun`. */
  endRun(run: RunRef, at: string, options: CallOptions): Promise<void>

  /** Which runs used a version, and which logged its content after the first one. */
  linksOf(key: VersionKey, options: CallOptions): Promise<VersionLinks>

  /** Which versions a run used and logged. */
  linksOfRun(project: string, run: string, options: CallOptions): Promise<RunLinks>

  /** The graph around a version. */
  lineage(key: VersionKey, options: LineageOptions & CallOptions): Promise<LineageGraph>

  /** The history of an artifact, as `MetadataStore.export`. */
  export(key: ArtifactKey, options: CallOptions & { readonly since: number }): AsyncIterable<HistoryEvent>

  /** Releases what the transport holds. Idempotent. */
  close(): Promise<void>
}
