/**
 * The ports, and what helps to keep their promises: all that the author of an adapter, or of a program that brings its own
 * stores, needs.
 *
 * A driver implements `ObjectStore`, a database `MetadataStore` and `BlobStore`, another server `Transport`. The doc comment
 * of each method states its duties.
 *
 * @packageDocumentation
 */

export type * from './blob-store.ts'
export type * from './bulk-objects.ts'
export type * from './bytes.ts'
export type * from './call.ts'
export type * from './draft-store.ts'
export type * from './environment.ts'
export type * from './files.ts'
export type * from './metadata-store.ts'
export type * from './object-store.ts'
export type * from './reference-handler.ts'
export type { FileState } from './file-state.ts'
export type * from './store-adapter.ts'
export type * from './transport.ts'

// Adapters that are handed to `openStore`.
export { ADAPTER_CONTRACT } from './store-adapter.ts'
export { parseStoreUrl } from './store-url.ts'
export type { ParsedStoreUrl } from './store-url.ts'

// The checked fronts. `createPorts` and `createStore` put them there by themselves.
export { checkedBlobStore } from './facade/blob-store.ts'
export { checkedMetadataStore } from './facade/metadata-store.ts'
export { checkedObjectStore } from './facade/object-store.ts'
export type { ObjectStoreFacadeOptions, ObservedRequest } from './facade/object-store.ts'
export { checkedTransport } from './facade/transport.ts'

// Bytes, their digests, the names of blobs, and signals.
export { formatBlobName, parseBlobName } from '../domain/blob-name.ts'
export type { BlobName, BlobNameParts } from '../domain/blob-name.ts'
export { createDigester, isDigest, sha256 } from '../domain/digest.ts'
export type { Digest, Digester } from '../domain/digest.ts'
export { throwIfAborted } from './facade/call-gate.ts'
export { bytesSource, streamSource } from './sources.ts'

// Errors: an adapter names the code, the facade adds the rest.
export { isLadingError, LadingError } from '../domain/errors.ts'
export type { ErrorCode, ErrorDetails, Retry } from '../domain/errors.ts'

// The rules that a metadata store decides by, and what it makes of a decision.
export { decide, loggedAs } from '../domain/decide.ts'
export type { Decision, Need, View } from '../domain/decide.ts'
export { advanceHead, aliasesOf, countVersion, initialHead } from '../domain/head.ts'
export { isLive, tombstoneOf } from '../domain/version.ts'

// What stores answer of a version and of an artifact.
export { summaryOf } from './artifact-summary.ts'
export { viewOf } from './version-view.ts'

// Histories: export and import over a store's own reads and writes, and the rules behind them.
export { createHistory } from './history.ts'
export type { HistoryHost, ReplayWork } from './history.ts'
export { createHistoryOrder } from '../domain/history-order.ts'
export type { HistoryFacts, HistoryOrder } from '../domain/history-order.ts'
export { decideReplay, divergence, isSameVersion } from '../domain/replay.ts'
export type { Origin, Replay, ReplayStep } from '../domain/replay.ts'

// Collaborative drafts: the executor over a store's records, the rules, and what goes in their place where there are none.
export { createDraftStore } from './drafts.ts'
export type { DraftHost, DraftRecords, RoundFact } from './drafts.ts'
export { mergeParts } from '../domain/draft.ts'
export { decideFinish, decideUpsert } from '../domain/finish.ts'
export type { DraftDecision, DraftListing, DraftNeed, DraftView, UnionLog } from '../domain/finish.ts'
export { deniedBatch, deniedBulk, deniedCollaboration, deniedDrafts } from './denied.ts'

// What the ports speak of.
export type {
  Answer,
  Command,
  CommandHeader,
  DeleteArtifactCommand,
  DeleteCommand,
  Delivery,
  DescribeCommand,
  LogCommand,
  LoggedAnswer,
  Refusal,
  SetAliasCommand,
} from '../domain/command.ts'
export type {
  AbandonClosing,
  DraftChoice,
  DraftClosing,
  DraftFacts,
  DraftKey,
  DraftPart,
  DraftResult,
  DraftRound,
  FinishClosing,
  Merged,
  OnConflict,
  ReadPart,
} from '../domain/draft.ts'
export type {
  Applied,
  Head,
  HeadChange,
  HeadOperation,
  HeadUpdate,
  Latest,
  Move,
  RecordedResult,
} from '../domain/head.ts'
export type { HistoryEvent, HistoryState } from '../domain/history.ts'
export type { LineageEdge, LineageGraph, LineageNode, LineageOptions } from '../domain/lineage.ts'
export type { Entry, FileEntry, Manifest, ReferenceEntry } from '../domain/manifest.ts'
export type { Json, Metadata } from '../domain/metadata.ts'
export type { Selector } from '../domain/refs.ts'
export type { ArtifactKey, DraftRef, RunRef, VersionKey, VersionRecord } from '../domain/version.ts'
