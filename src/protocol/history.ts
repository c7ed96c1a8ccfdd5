import type { Answer } from '../domain/command.ts'
import { GRACE_MS } from '../domain/limits.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { Collection } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import { blobsOutdated, createHistory } from '../ports/history.ts'
import type { HistoryHost, ReplayWork } from '../ports/history.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { BatchExecution } from './batch-execution.ts'
import { createCollectionReader, sameState } from './collection.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { Execution } from './execution.ts'
import type { ExecutionParts } from './execution-parts.ts'
import { metadataPrefix, versionKey } from './keys.ts'
import { childNames } from './listings.ts'
import { createMetadataEdits } from './metadata-edits.ts'
import { createMoves } from './moves.ts'
import { missingVersion } from './outcomes.ts'
import type { ProjectRecords } from './project-records.ts'

/** What histories are read from and written to. */
export interface HistoryParts {
  readonly context: ProtocolContext
  readonly documents: ArtifactDocuments
  readonly records: ProjectRecords
}

/** Names of replaced metadata that are listed at once. */
const PAGE = 64

/**
 * Histories over the documents of a store. An import carries out its commands by the same execution as those of users:
 * it costs what such a command costs, and 2 requests for what is there already.
 */
export function createProtocolHistory(parts: HistoryParts): Pick<MetadataStore, 'export' | 'import'> {
  const { context, documents } = parts
  const { clock, ids } = context
  return createHistory({
    clock,
    ids,
    ...createMoves(context, documents),
    ...createMetadataEdits(context),
    head: async (key, options) => (await documents.readHead(key, options))?.value ?? null,
    records: (key, range, options) => readRecords(parts, key, { ...range, options }),
    metadataEdits: (key, options) => listMetadataEdits(context, key, options),
    beginImport: (key, options) => beginImport(parts, key, options),
  })
}

async function readRecords(
  { context, documents }: HistoryParts,
  key: ArtifactKey,
  { from, before, options }: { from: number; before: number; options: CallOptions },
): Promise<readonly VersionRecord[]> {
  const numbers = Array.from({ length: before - from }, (_, index) => from + index)
  const found = await mapConcurrently(context.objects, numbers, (n) => documents.readVersion(key, n, options))
  return found.map((seen, index) => {
    if (seen === null) throw missingVersion(versionKey(key, from + index))
    return seen.value
  })
}

async function* listMetadataEdits(
  context: ProtocolContext,
  key: ArtifactKey,
  { before, ...options }: CallOptions & { before: number },
): ReturnType<HistoryHost['metadataEdits']> {
  const { metadataEdit } = createMetadataEdits(context)
  let cursor: string | undefined
  do {
    const listed = await childNames(context.objects, metadataPrefix(key), { ...options, cursor, limit: PAGE })
    const numbers = listed.names.map(Number).filter((n) => n < before)
    const edits = await mapConcurrently(context.objects, numbers, (n) => metadataEdit({ ...key, n }, options))
    for (const [index, edit] of edits.entries()) if (edit) yield { n: numbers[index]!, ...edit }
    cursor = listed.cursor
  } while (cursor !== undefined)
}

function beginImport(
  { context, documents, records }: HistoryParts,
  key: ArtifactKey,
  options: CallOptions,
): (work: ReplayWork) => Promise<Answer> {
  const confirmBlobs = createConfirmation(context, key.project)
  return ({ command, rule, origin }) => {
    const hooks: ExecutionParts['hooks'] = {
      confirmBlobs,
      beforeFirstHead: (call) => records.beforeFirstHead(key, origin.type, call),
    }
    const work: ExecutionParts = { context, documents, hooks, key, command, rule }
    const execution = context.objects.capabilities.batch ? new BatchExecution(work) : new Execution(work, undefined)
    return execution.run(options)
  }
}

/** Answers until when a version may be sent, unless a collection began since it was first asked. */
function createConfirmation(context: ProtocolContext, project: string): () => Promise<number> {
  const readCollection = createCollectionReader(context)
  let first: { readonly seen: Collection; readonly until: number } | null = null
  return async () => {
    const now = await readCollection(project, {})
    first ??= { seen: now, until: context.clock.monotonicMs() + GRACE_MS / 2 }
    if (!sameState(first.seen, now)) throw blobsOutdated()
    return first.until
  }
}
