import type { BulkReader, BulkSource } from '../../ports/bytes.ts'
import type { FileState } from '../../ports/file-state.ts'
import { stateAt } from './bulk/file-states.ts'
import { runJob } from './bulk/pool.ts'
import { takeSlab } from './bulk/slabs.ts'

/** Larger files keep a disk busy alone. In bytes. */
const SMALL_BYTES_MAX = 1024 * 1024

/** A file that is read together with others. */
export interface BulkFile {
  /** Free of links at its end. */
  readonly realPath: string
  readonly sizeBytes: number
  /** Is told in which state all its bytes were read; answers whether it may be so: an earlier reading may have seen another. */
  wasRead(state: FileState): boolean
}

/** Reads small files of the user in threads of their own. Its handles are `BulkFile`. */
export const FILE_READER: BulkReader = {
  async readAll(handles, options) {
    const files = handles as readonly BulkFile[]
    // One that is large is read alone, a chunk at a time.
    if (files.some(({ sizeBytes }) => sizeBytes > SMALL_BYTES_MAX)) return handles.map(() => null)
    const sizes = files.map(({ sizeBytes }) => sizeBytes)
    const paths = files.map(({ realPath }) => realPath)
    const memory = takeSlab(sizes.reduce((sum, size) => sum + size, 0))
    const { slab, digests, states } = await runJob('readFiles', { paths, sizes, slab: memory }, options)
    let end = 0
    return digests.map((digest, index) => {
      const bytes = slab.subarray(end, (end += sizes[index]!))
      return digest !== null && files[index]!.wasRead(stateAt(states, index)) ? { digest, bytes } : null
    })
  },
}

/** The file that a source is; null for any other source. */
export function fileOf({ reader, handle }: BulkSource): BulkFile | null {
  return reader === FILE_READER ? (handle as BulkFile) : null
}
