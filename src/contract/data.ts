import type { ByteSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'

/** Whose bytes: the same seed and name always have the same, and no two names have them in common. */
export interface DataOf {
  readonly seed: number
  readonly name: string
}

/** The bytes of a name. Each depends on seed, name and offset, so that bytes in the wrong place show. */
export function bytesOf({ seed, name }: DataOf, sizeBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4))
  const start = hashOf(`${seed}:${name}`)
  for (let index = 0; index < words.length; index++) words[index] = mix(start ^ mix(index + 1))
  return new Uint8Array(words.buffer, 0, sizeBytes)
}

/** How `sourceOf` hands out its bytes. */
export interface SourceOptions {
  /** Default 64 KiB. */
  readonly chunkBytes?: number
  /** Whether `sizeBytes` is told. Default true. */
  readonly sized?: boolean
  /** Called before each chunk, and once more before the end, with the number of chunks that were taken. */
  readonly before?: (taken: number, options: CallOptions) => void | Promise<void>
}

/** A source that reuses one buffer for all its chunks, as sources may: who keeps a chunk finds other bytes in it. */
export function sourceOf(bytes: Uint8Array, options: SourceOptions = {}): ByteSource {
  const { chunkBytes = 64 * 1024, sized = true, before } = options
  return {
    sizeBytes: sized ? bytes.length : null,
    async *read(call) {
      // A Buffer, as sources that read files have: its `slice` is no copy.
      const buffer = Buffer.alloc(chunkBytes)
      let taken = 0
      for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
        await before?.(taken++, call)
        const chunk = bytes.subarray(offset, offset + chunkBytes)
        buffer.set(chunk)
        yield buffer.subarray(0, chunk.length)
        buffer.fill(0xee)
      }
      await before?.(taken, call)
    },
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

/** The finalizer of MurmurHash3: neighbours get unrelated words. */
function mix(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
