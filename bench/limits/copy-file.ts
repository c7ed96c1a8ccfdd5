import { createHash, hash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Bytes of one read and one write. Larger ones measured no faster. */
export const CHUNK_BYTES = 1024 * 1024

/** What is done with the bytes of a file once they are read and hashed. */
export interface CopyRules {
  /** Absolute; must be there. */
  readonly from: string
  readonly to: string
  /** Whether the bytes are synced. */
  readonly sync: boolean
  /** `digest`: written beside and renamed to `<to>/<aa>/<SHA-256>`. `path`: written under the path that it had. */
  readonly name: 'digest' | 'path'
  /**
   * Whether it also does, of each file, what a store promises: it sees that the file did not change while it was read, looks
   * whether an object is there, gives times to what it wrote, and never shows half of it under its name.
   */
  readonly owed: boolean
}

/** The folders that `copyFile` writes into. */
export function makeFolders({ to, name }: CopyRules, paths: readonly string[]): void {
  const below =
    name === 'path'
      ? new Set(paths.map((path) => dirname(path)))
      : Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))
  for (const folder of below) mkdirSync(`${to}/${folder}`, { recursive: true })
}

const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)

/** Reads, hashes and writes one file; then syncs and renames it, if that is asked for. */
export function copyFile({ from, to, sync, name, owed }: CopyRules, path: string): void {
  const temporary = temporaryOf({ to, name, owed }, path)
  const source = openSync(`${from}/${path}`, 'r')
  if (owed) fstatSync(source, { bigint: true })
  const target = openSync(temporary, 'wx')
  const digest = copyBytes(source, target)
  if (owed) fstatSync(source, { bigint: true })
  if (owed) futimesSync(target, 1, 1)
  if (sync) fsyncSync(target)
  closeSync(target)
  closeSync(source)
  const place = name === 'digest' ? `${to}/${digest.slice(0, 2)}/${digest}` : `${to}/${path}`
  if (owed) lstatSync(place, { throwIfNoEntry: false })
  if (temporary !== place) renameSync(temporary, place)
}

function temporaryOf({ to, name, owed }: Pick<CopyRules, 'to' | 'name' | 'owed'>, path: string): string {
  if (name === 'digest') return `${to}/${path.replaceAll('/', '-')}.part`
  return owed ? `${to}/${path}.part` : `${to}/${path}`
}

/** A file of one chunk is hashed in one call, which is faster than three. */
function copyBytes(source: number, target: number): string {
  let count = readSync(source, buffer, 0, CHUNK_BYTES, null)
  const first = buffer.subarray(0, count)
  if (count > 0) writeSync(target, first)
  if (count < CHUNK_BYTES) return hash('sha256', first, 'hex')
  const digester = createHash('sha256').update(first)
  while ((count = readSync(source, buffer, 0, CHUNK_BYTES, null)) > 0) {
    const chunk = buffer.subarray(0, count)
    digester.update(chunk)
    writeSync(target, chunk)
  }
  return digester.digest('hex')
}
