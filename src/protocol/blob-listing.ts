import { parseBlobName } from '../domain/blob-name.ts'
import { LadingError } from '../domain/errors.ts'
import type { BlobPage } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ListEntry } from '../ports/object-store.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { projectPrefix } from './keys.ts'

const FOLDERS = ['blobs', 'packs'] as const

type Folder = (typeof FOLDERS)[number]

/** Where a listing goes on: a folder, and the driver's cursor in it. */
interface Position {
  readonly folder: Folder
  readonly cursor: string | undefined
}

/**
 * One page of the names of a project's blobs, then of its packs. Costs one request.
 *
 * A page may have fewer names than asked for, or none, before the last: what is no blob's name is left out. A cursor
 * that no page gave is `INVALID`.
 */
export async function listBlobs(
  { objects, project }: ProjectObjects,
  { cursor, limit, signal }: CallOptions & { readonly cursor?: string; readonly limit: number },
): Promise<BlobPage> {
  const position = parseCursor(cursor)
  const prefix = blobKey(project, `${position.folder}/`)
  const page = await objects.list(prefix, { depth: 'all', limit, cursor: position.cursor, signal })
  const blobs = page.entries.flatMap((entry) => namesOf(entry, project))
  const next = page.cursor === undefined ? folderAfter(position) : { folder: position.folder, cursor: page.cursor }
  return next ? { blobs, cursor: formatCursor(next) } : { blobs }
}

function namesOf(entry: ListEntry, project: string): BlobPage['blobs'] {
  const name = entry.key.slice(projectPrefix(project).length)
  return entry.kind === 'object' && parseBlobName(name) ? [{ name, sizeBytes: entry.sizeBytes ?? 0 }] : []
}

function folderAfter({ folder }: Position): Position | null {
  const next = FOLDERS[FOLDERS.indexOf(folder) + 1]
  return next ? { folder: next, cursor: undefined } : null
}

function formatCursor({ folder, cursor = '' }: Position): string {
  return `${folder}:${cursor}`
}

function parseCursor(text: string | undefined): Position {
  if (text === undefined) return { folder: FOLDERS[0], cursor: undefined }
  const folder = FOLDERS.find((name) => text.startsWith(`${name}:`))
  if (!folder) throw new LadingError('INVALID', { detail: `the cursor "${text}"`, next: 'list from the beginning' })
  return { folder, cursor: text.slice(folder.length + 1) || undefined }
}
