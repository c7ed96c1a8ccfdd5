/**
 * Logging, using, comparing and collaborating on versions: what a program needs that keeps artifacts in a store.
 *
 * Begin with `openStore`, which answers a `Lading`; make an `Artifact`, and log it.
 *
 * @packageDocumentation
 */

export { Artifact } from './application/client/artifact.ts'
export type {
  AddDirOptions,
  AddOptions,
  ArtifactOptions,
  FileContent,
  ReferenceFacts,
} from './application/client/artifact.ts'
export type { ArtifactRow } from './application/client/artifact-row.ts'
export type { CheckoutOptions, CheckoutResult } from './application/client/checkout.ts'
export type { OnWarning, Warning } from './application/client/client-ports.ts'
export type { DeleteProjectResult } from './application/client/delete-project.ts'
export type {
  CompareOptions,
  DownloadOptions,
  DownloadResult,
  ReferenceOptions,
} from './application/client/download.ts'
export type { DraftOptions, OpenDraft } from './application/client/drafts.ts'
export type { FinishOptions, FinishResult } from './application/client/finish-artifact.ts'
export { Lading } from './application/client/lading.ts'
export type { InitOptions, ProjectOptions } from './application/client/lading.ts'
export type { LogOptions, LogResult } from './application/client/log-artifact.ts'
export type { LogChanges } from './application/client/log-changes.ts'
export type { OnProgress, Progress, WorkOptions } from './application/client/progress.ts'
export type { ResolveOptions } from './application/client/resolve-version.ts'
export { Run } from './application/client/run.ts'
export type { LogPathOptions, PathOptions, UpsertPathOptions } from './application/client/run.ts'
export { StoredArtifact } from './application/client/stored-artifact.ts'
export type { StoringOptions } from './application/client/store-sources.ts'
export { StoredFile } from './application/client/stored-file.ts'
export type { FileStream, StreamOptions } from './application/client/stored-file.ts'
export type { RepairResult } from './application/client/repair.ts'
export type { UpsertOptions, UpsertResult } from './application/client/upsert-artifact.ts'
export type { Difference, Verification } from './application/client/verify.ts'
export { Version } from './application/client/version.ts'
export { defineConfig } from './composition/config.ts'
export type { LadingConfig } from './composition/config.ts'
export type { Environment, StorePorts } from './composition/assert-ports.ts'
export { createPorts } from './composition/create-ports.ts'
export { createStore } from './composition/create-store.ts'
export type { StoreOptions } from './composition/create-store.ts'
export { openStore } from './composition/open-store.ts'
export type { OpenOptions } from './composition/open-store.ts'
export type { CacheOptions } from './composition/stat-cache.ts'
export type { ChangedEntry, Diff, DiffBytes } from './domain/diff.ts'
export type { Digest } from './domain/digest.ts'
export type { OnConflict } from './domain/draft.ts'
export { isLadingError, LadingError } from './domain/errors.ts'
export type { ErrorCode, ErrorDetails, Retry } from './domain/errors.ts'
export type { Move } from './domain/head.ts'
export type { LineageEdge, LineageGraph, LineageNode, LineageOptions } from './domain/lineage.ts'
export type { Entry, FileEntry, Manifest, ReferenceEntry } from './domain/manifest.ts'
export type { Json, Metadata } from './domain/metadata.ts'
export type { ArtifactKey, RunRef, VersionKey } from './domain/version.ts'
export type { CallOptions } from './ports/call.ts'
export type { ProjectRecord, RunRecord } from './ports/metadata-store.ts'
export type { ReferencedContent, ReferenceHandler, ReferenceSink } from './ports/reference-handler.ts'
export type { Finding, StoreAccess, StoreAdapter, StoreEnvironment } from './ports/store-adapter.ts'
