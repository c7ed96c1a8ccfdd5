import type { GenericSchema } from 'valibot'
import { summaryOf } from '../ports/artifact-summary.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ArtifactSummary, MetadataStore, Page, PageOptions } from '../ports/metadata-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { headsPrefix, PROJECTS_PREFIX, typePrefix } from './keys.ts'
import { parseDocument, projectSchema } from './schemas.ts'

/** Entries a request asks for where everything is wanted. */
const LIST_LIMIT = 1_000

/** Listings of projects and artifacts: one list page, and one read for each row that is shown. */
export function createListings(
  context: ProtocolContext,
  documents: ArtifactDocuments,
): Pick<MetadataStore, 'projects' | 'artifacts'> {
  return {
    projects: (options) => listDocuments(context, { prefix: PROJECTS_PREFIX, schema: projectSchema }, options),

    async artifacts(project, { type, ...options }) {
      const prefix = type === undefined ? headsPrefix(project) : typePrefix(project, type)
      const { names, cursor } = await childNames(context.objects, prefix, options)
      const found = await mapConcurrently(context.objects, names, (artifact) => {
        return documents.readHead({ project, artifact }, options)
      })
      const items = found.flatMap((seen, index): ArtifactSummary[] => {
        const row = seen && summaryOf({ project, artifact: names[index]! }, seen.value)
        return row !== null && isOfType(row, type) ? [row] : []
      })
      return cursor === undefined ? { items } : { items, cursor }
    },
  }
}

/** One page of documents that lie side by side, in the order of their names. */
export async function listDocuments<T>(
  { objects }: ProtocolContext,
  { prefix, schema }: { prefix: string; schema: GenericSchema<unknown, T> },
  options: PageOptions,
): Promise<Page<T>> {
  const { names, cursor } = await childNames(objects, prefix, options)
  const found = await mapConcurrently(objects, names, (name) => objects.get(`${prefix}${name}`, options))
  const items = found.flatMap((document, index) => {
    return document ? [parseDocument(schema, document.bytes, `${prefix}${names[index]!}`)] : []
  })
  return cursor === undefined ? { items } : { items, cursor }
}

/** Every key below a prefix. */
export async function keysBelow(objects: ObjectStore, prefix: string, options: CallOptions): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | undefined
  do {
    const page = await objects.list(prefix, { ...options, depth: 'all', details: false, cursor, limit: LIST_LIMIT })
    keys.push(...page.entries.map((entry) => entry.key))
    cursor = page.cursor
  } while (cursor !== undefined)
  return keys
}

/** The folder of a type is a hint: head decides. */
function isOfType(row: ArtifactSummary, type: string | undefined): boolean {
  return type === undefined || row.type === type
}

/** One page of names of direct children. A numbered register lists as a folder, a native one as an object. */
export async function childNames(
  objects: ObjectStore,
  prefix: string,
  { cursor, limit, signal }: PageOptions,
): Promise<{ names: string[]; cursor: string | undefined }> {
  const page = await objects.list(prefix, { signal, depth: 'children', details: false, cursor, limit })
  const names = page.entries.map(({ key, kind }) => key.slice(prefix.length, kind === 'folder' ? -1 : undefined))
  return { names, cursor: page.cursor }
}
