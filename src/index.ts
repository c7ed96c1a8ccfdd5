export { Artifact } from './application/client/artifact.ts'
export type {
  AddDirOptions,
  AddOptions,
  ArtifactOptions,
  FileContent,
  ReferenceFacts,
} from './application/client/artifact.ts'
export type { OnWarning, Warning } from './application/client/client-ports.ts'
export type { DownloadOptions, DownloadResult } from './application/client/download.ts'
export { Lading } from './application/client/lading.ts'
export type { InitOptions, ProjectOptions } from './application/client/lading.ts'
export type { LogOptions, LogResult } from './application/client/log-artifact.ts'
export type { OnProgress, Progress, WorkOptions } from './application/client/progress.ts'
export type { ResolveOptions } from './application/client/resolve-version.ts'
export { Run } from './application/client/run.ts'
export type { LogPathOptions } from './application/client/run.ts'
export { StoredArtifact } from './application/client/stored-artifact.ts'
export { StoredFile } from './application/client/stored-file.ts'
export type { FileStream, StreamOptions } from './application/client/stored-file.ts'
export type { Difference, Verification } from './application/client/verify.ts'
export { Version } from './application/client/version.ts'
export { createPorts, createStore, openStore } from './composition/open-store.ts'
export type { Environment, OpenOptions, StorePorts } from './composition/open-store.ts'
export { isLadingError, LadingError } from './domain/errors.ts'
export type { ErrorCode, Retry } from './domain/errors.ts'
export type { Move } from './domain/head.ts'
export type { LineageEdge, LineageGraph, LineageNode, LineageOptions } from './domain/lineage.ts'
export type { Entry, FileEntry, Manifest, ReferenceEntry } from './domain/manifest.ts'
export type { Metadata } from './domain/metadata.ts'
export type { RunRef, VersionKey } from './domain/version.ts'
