import { BLOBS_FOLDER } from '../domain/blob-name.ts'
import type { BlobName } from '../domain/blob-name.ts'
import type { Digest } from '../domain/digest.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { BlobLedger } from './blob-ledger.ts'
import type { BlobNaming } from './blob-naming.ts'
import { projectPrefix } from './keys.ts'

/** The blobs of one project in a store. */
export interface ProjectObjects {
  readonly objects: ObjectStore
  readonly project: string
}

/** Where the blobs of one batch are stored, and what the batch has stored so far. */
export interface BlobTarget extends ProjectObjects {
  readonly naming: BlobNaming
  readonly ledger: BlobLedger
}

/** The key of a blob or pack in the store. */
export function blobKey(project: string, name: BlobName): string {
  return `${projectPrefix(project)}${name}`
}

/** Where the blobs of a project lie, as `ingestedKey` has it. */
export function blobsPrefix({ project }: Pick<ProjectObjects, 'project'>): string {
  return `${projectPrefix(project)}${BLOBS_FOLDER}`
}

/** The key under which a batch stores a blob as an object of its own. */
export function looseKey({ project, naming }: BlobTarget, digest: Digest): string {
  return blobKey(project, naming.nameOf('blob', digest))
}
