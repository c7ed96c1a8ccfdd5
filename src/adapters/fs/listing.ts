import pMap from 'p-map'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { ListEntry, ListOptions, ListPage } from '../../ports/object-store.ts'
import type { FolderEntry } from './client.ts'
import type { Disk } from './disk.ts'
import { translated } from './errors.ts'
import { statListed } from './reading.ts'

/** Entries looked at once. */
const CONCURRENCY = 16

/** What a key can hold. The rest is not ours: `lost+found`, or what a file manager left. */
const NAME = /^[A-Za-z0-9._-]+$/

/** NFS keeps a file that was deleted while open under such a name; macOS leaves notes of its own. */
const FOREIGN = /^(\.nfs[0-9a-f]+|\.DS_Store)$/

interface Found {
  readonly kind: 'object' | 'folder'
  readonly key: string
}

/**
 * A page of keys, in code-point order. Costs a `readdir` for each folder that the page touches, a `stat` for each of
 * its objects where details are wanted, and an `opendir` for each of its folders. A cursor is the last key that was looked at.
 */
export async function listObjects(disk: Disk, prefix: string, options: ListOptions): Promise<ListPage> {
  if (prefix !== '') await translated('none', () => disk.spelling.assertKey(prefix))
  const found: Found[] = []
  for await (const entry of walk(disk, prefix, options)) {
    found.push(entry)
    if (found.length > options.limit) break
  }
  const page = found.slice(0, options.limit)
  const described = await pMap(page, (entry) => describe(disk, entry, options), { concurrency: CONCURRENCY })
  const entries = described.filter((entry) => entry !== null)
  return found.length > page.length ? { entries, cursor: page.at(-1)!.key } : { entries }
}

async function* walk(disk: Disk, prefix: string, options: ListOptions): AsyncIterable<Found> {
  throwIfAborted(options)
  for (const entry of await childrenOf(disk, prefix)) {
    if (isPassed(entry, options)) continue
    if (entry.kind === 'folder' && options.depth === 'all') yield* walk(disk, entry.key, options)
    else yield entry
  }
}

function isPassed({ kind, key }: Found, { depth, cursor }: ListOptions): boolean {
  if (cursor === undefined || key > cursor) return false
  return !(depth === 'all' && kind === 'folder' && cursor.startsWith(key))
}

/** A folder sorts by its name with the slash, as the keys below it do: `a-b`, `a/`, `a0`. */
async function childrenOf(disk: Disk, prefix: string): Promise<Found[]> {
  const entries = await namesIn(disk, prefix)
  const children = entries.map((entry): Found => {
    const folder = entry.isDirectory()
    return { kind: folder ? 'folder' : 'object', key: `${prefix}${entry.name}${folder ? '/' : ''}` }
  })
  // All of ASCII, where UTF-16 and code points sort alike.
  return children.sort((a, b) => (a.key < b.key ? -1 : 1))
}

async function namesIn(disk: Disk, prefix: string): Promise<FolderEntry[]> {
  const look = () => disk.fs.readdir(disk.pathOf(prefix), { withFileTypes: true })
  const entries = await translated('none', () => disk.orAbsent(look))
  return (entries ?? []).filter(isOurs)
}

function isOurs(entry: FolderEntry): boolean {
  return (entry.isFile() || entry.isDirectory()) && NAME.test(entry.name) && !FOREIGN.test(entry.name)
}

/** Null for what went away in the meantime, and for a folder without objects, which no other kind of store has. */
async function describe(disk: Disk, { kind, key }: Found, { details }: ListOptions): Promise<ListEntry | null> {
  if (kind === 'folder') return (await holdsObjects(disk, key)) ? { kind, key } : null
  if (details === false) return { kind, key, sizeBytes: null, etag: null }
  const info = await statListed(disk, key)
  return info && { kind, key, sizeBytes: info.sizeBytes, etag: info.etag }
}

async function holdsObjects(disk: Disk, folder: string): Promise<boolean> {
  const look = () => disk.fs.opendir(disk.pathOf(folder))
  return translated('none', async () => {
    for await (const entry of (await disk.orAbsent(look)) ?? []) {
      if (!isOurs(entry)) continue
      if (entry.isFile() || (await holdsObjects(disk, `${folder}${entry.name}/`))) return true
    }
    return false
  })
}
