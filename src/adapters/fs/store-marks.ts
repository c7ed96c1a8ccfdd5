import { basename, dirname, join } from 'node:path'
import { ifPresent, onFile } from './file-errors.ts'
import { FileSource } from './file-source.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** The mark at the root of a store in files. */
const STORE_MARK = 'lading.json'
/** Bytes of a mark, at the most: a larger file is none, whatever it holds. */
const MARK_BYTES_MAX = 64 * 1024

/** What the folder of a database's blobs is called, after the name of the database. */
const BLOBS_SUFFIX = '-blobs'
const SQLITE_HEADER = 'SQLite format 3\0'
/** The application id of our databases. */
const DATABASE_MARK = 'ladi'
/** Where it stands in a database, https://www.sqlite.org/fileformat2.html#the_database_header */
const MARK_AT = 68
/** Where it stands in the log of one that was made just now, in the first page of the first frame (same document, §4.1). */
const MARK_IN_LOG_AT = 32 + 24 + MARK_AT
/** Databases have whole pages, the smallest of which have this many bytes. */
const PAGE_BYTES_MIN = 512

/** The place of a store that a path is the mark or the database of; null for any other. Reads a part of the file at the most. */
export async function storeAt(fs: UserFileSystem, path: string): Promise<string | null> {
  const stats = await ifPresent(path, fs.promises.lstat(path))
  if (!stats?.isFile()) return null
  if (basename(path) === STORE_MARK && (await isMark(fs, path, stats.size))) return dirname(path)
  const hasPages = stats.size >= PAGE_BYTES_MIN && stats.size % PAGE_BYTES_MIN === 0
  return hasPages && (await isDatabase(fs, path)) ? path : null
}

/** The place of a store that a folder is a part of, looking up to the top of the file system; null for none. */
export async function storeAround(fs: UserFileSystem, folder: string): Promise<string | null> {
  for (let above = folder; ; above = dirname(above)) {
    const database = above.endsWith(BLOBS_SUFFIX) ? await storeAt(fs, above.slice(0, -BLOBS_SUFFIX.length)) : null
    if (database !== null || above === dirname(above)) return database
    const store = await storeAt(fs, join(dirname(above), STORE_MARK))
    if (store !== null) return store
  }
}

/** A file of that name that is JSON and no mark is none. What is no JSON may be a damaged mark: it counts as one. */
async function isMark(fs: UserFileSystem, path: string, sizeBytes: number): Promise<boolean> {
  if (sizeBytes > MARK_BYTES_MAX) return false
  // Not `readFile`: a FIFO that has taken its place would hold that up for ever.
  const chunks = await Array.fromAsync(new FileSource(fs, { realPath: path, name: path, sizeBytes }).read({}))
  try {
    const document: unknown = JSON.parse(Buffer.concat(chunks).toString())
    return typeof document === 'object' && document !== null && 'minReader' in document
  } catch {
    return true
  }
}

async function isDatabase(fs: UserFileSystem, path: string): Promise<boolean> {
  const header = await textAt(fs, path, { at: 0, length: MARK_AT + DATABASE_MARK.length })
  if (!header.startsWith(SQLITE_HEADER)) return false
  if (header.endsWith(DATABASE_MARK)) return true
  return (await textAt(fs, `${path}-wal`, { at: MARK_IN_LOG_AT, length: DATABASE_MARK.length })) === DATABASE_MARK
}

/** Empty where there is nothing. */
async function textAt(
  fs: UserFileSystem,
  path: string,
  { at, length }: { readonly at: number; readonly length: number },
): Promise<string> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  const flags = O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)
  const handle = await ifPresent(path, fs.promises.open(path, flags))
  if (handle === null) return ''
  try {
    const { bytesRead, buffer } = await onFile(path, handle.read(Buffer.alloc(length), 0, length, at))
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await onFile(path, handle.close())
  }
}
