import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const CHUNK_BYTES = 1024 * 1024

/** Bytes that follow from a seed and that nothing can compress. */
export class SeededBytes {
  readonly #cipher

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest()
    this.#cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  }

  /** The next bytes. */
  next(sizeBytes: number): Buffer {
    return this.#cipher.update(Buffer.alloc(sizeBytes))
  }
}

/** So many files of one size. */
export interface FileSet {
  readonly count: number
  readonly sizeBytes: number
}

/** Writes files below a folder, a thousand a folder: `d0/f0`, `d0/f1` … or, where they are few, `f0`, `f1` …. */
export function plantFiles(folder: string, { count, sizeBytes }: FileSet, seed: string): void {
  const bytes = new SeededBytes(seed)
  for (let index = 0; index < count; index++) {
    const path = join(folder, pathOf(index, count))
    if (index % 1_000 === 0) mkdirSync(join(path, '..'), { recursive: true })
    plantFile(path, bytes, sizeBytes)
  }
}

/** Gives one file in a hundred other content of the same size: a different hundredth for each `round`. */
export function changeFiles(folder: string, { count, sizeBytes }: FileSet, round: number): void {
  const bytes = new SeededBytes(`change ${round}`)
  for (let index = round % 100; index < count; index += 100) {
    writeFileSync(join(folder, pathOf(index, count)), bytes.next(sizeBytes))
  }
}

function pathOf(index: number, count: number): string {
  return count > 1_000 ? `d${Math.floor(index / 1_000)}/f${index}` : `f${index}`
}

function plantFile(path: string, bytes: SeededBytes, sizeBytes: number): void {
  const file = openSync(path, 'wx')
  try {
    for (let rest = sizeBytes; rest > 0; rest -= CHUNK_BYTES) writeSync(file, bytes.next(Math.min(rest, CHUNK_BYTES)))
  } finally {
    closeSync(file)
  }
}
