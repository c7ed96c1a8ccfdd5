import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock, Ids } from '../ports/environment.ts'
import type { Files } from '../ports/files.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Transport } from '../ports/transport.ts'

/** What `typeof` says of each member of a port. The compiler sees to it that none is left out. */
export type Shape<P> = {
  readonly [name in keyof P]-?: P[name] extends (...args: never[]) => unknown ? 'function' : 'object'
}

/** The shape of whichever port. */
export type AnyShape = Readonly<Record<string, 'function' | 'object'>>

/** The members that a value lacks, or has as something else. */
export function missingFrom(value: unknown, shape: AnyShape): readonly string[] {
  const members = Object.entries(shape)
  if (typeof value !== 'object' || value === null) return members.map(([name]) => name)
  const given = value as Record<string, unknown>
  return members.filter(([name, type]) => typeof given[name] !== type || given[name] === null).map(([name]) => name)
}

/** The shape of a MetadataStore. */
export const METADATA_STORE: Shape<MetadataStore> = {
  capabilities: 'object',
  drafts: 'object',
  open: 'function',
  prepare: 'function',
  commit: 'function',
  head: 'function',
  resolve: 'function',
  locate: 'function',
  record: 'function',
  versions: 'function',
  moves: 'function',
  metadataEdit: 'function',
  editMetadata: 'function',
  layout: 'function',
  writeLayout: 'function',
  projects: 'function',
  artifacts: 'function',
  runs: 'function',
  startRun: 'function',
  run: 'function',
  endRun: 'function',
  recordEdge: 'function',
  linksOf: 'function',
  linksOfRun: 'function',
  export: 'function',
  import: 'function',
  close: 'function',
}

/** The shape of a BlobStore. */
export const BLOB_STORE: Shape<BlobStore> = { capabilities: 'object', in: 'function', close: 'function' }

/** The shape of a Transport. */
export const TRANSPORT: Shape<Transport> = {
  capabilities: 'object',
  upload: 'function',
  resolve: 'function',
  head: 'function',
  metadata: 'function',
  manifest: 'function',
  read: 'function',
  layout: 'function',
  repair: 'function',
  recordUse: 'function',
  moveAlias: 'function',
  moves: 'function',
  updateMetadata: 'function',
  describe: 'function',
  deleteVersion: 'function',
  deleteArtifact: 'function',
  draftRound: 'function',
  upsert: 'function',
  finish: 'function',
  abandon: 'function',
  drafts: 'function',
  projects: 'function',
  artifacts: 'function',
  versions: 'function',
  runs: 'function',
  startRun: 'function',
  run: 'function',
  endRun: 'function',
  linksOf: 'function',
  linksOfRun: 'function',
  lineage: 'function',
  export: 'function',
  close: 'function',
}

/** The shape of an ObjectStore. */
export const DRIVER: Shape<ObjectStore> = {
  capabilities: 'object',
  get: 'function',
  read: 'function',
  stat: 'function',
  putIfAbsent: 'function',
  put: 'function',
  compareAndSwap: 'function',
  list: 'function',
  delete: 'function',
  sync: 'function',
  stage: 'function',
  copy: 'function',
  batch: 'object',
  bulk: 'object',
  close: 'function',
}

/** The shape of a Clock. */
export const CLOCK: Shape<Clock> = { now: 'function', monotonicMs: 'function', pause: 'function' }

/** The shape of Ids. */
export const IDS: Shape<Ids> = { next: 'function', random: 'function' }

/** The shape of Files. */
export const FILES: Shape<Files> = {
  kind: 'function',
  file: 'function',
  walk: 'function',
  target: 'function',
  basename: 'function',
}
