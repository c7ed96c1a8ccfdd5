import { formatBlobName } from '../../../src/domain/blob-name.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import type { BlobStore, BlobWant, ProjectBlobs } from '../../../src/ports/blob-store.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { Breaker } from './mutant.ts'

/** One project of a store, and what lies below it. */
interface Parts {
  readonly blobs: ProjectBlobs
  readonly project: string
  readonly objects: ObjectStore
  /** Where the store keeps a blob. */
  keyOf(digest: Digest): string
}

/** A store that does something else in each project. */
export function blobsWith(change: (parts: Parts) => Partial<ProjectBlobs>): Breaker<BlobStore> {
  return (sound, objects) => ({
    ...sound,
    in(project) {
      const blobs = sound.in(project)
      const keyOf = (digest: Digest): string => `p/${project}/${formatBlobName({ kind: 'blob', digest, epoch: null })}`
      return { ...blobs, ...change({ blobs, project, objects, keyOf }) }
    },
  })
}

/** A store that reads something else than what it is asked for. */
export function wantsWith(change: (want: BlobWant) => BlobWant): Breaker<BlobStore> {
  return blobsWith(({ blobs }) => ({ read: (wants, sink, options) => blobs.read(wants.map(change), sink, options) }))
}
