import type { GenericSchema } from 'valibot'
import { encodeDocument } from '../domain/canonical-json.ts'
import type { DraftPart } from '../domain/draft.ts'
import { LadingError } from '../domain/errors.ts'
import { storeName } from '../domain/names.ts'
import type { DraftRecords, RoundFact } from '../ports/drafts.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { createDraftIds } from './draft-ids.ts'
import { putUntilThere } from './indexes.ts'
import { partsPrefix, roundPrefix } from './keys.ts'
import { keysBelow } from './listings.ts'
import { createPartWriter } from './part-writer.ts'
import type { PartWriterParts } from './part-writer.ts'
import { choiceSchema, closedSchema, closingSchema, parseDocument, partSchema, resultSchema } from './schemas.ts'

/** The records of drafts as documents that are all put once: nothing contends, on any kind of store. */
export function createDraftRecords(
  context: ProtocolContext,
  documents: ArtifactDocuments,
  writer: PartWriterParts,
): DraftRecords {
  const closed = createFact(context, 'closed', closedSchema)
  return {
    result: createFact(context, 'result', resultSchema),
    closing: createFact(context, 'closing', closingSchema),
    choice: createFact(context, 'choice', choiceSchema),
    closed: {
      read: async (round, options) => (await closed.read(round, options))?.parts ?? null,
      create: (round, parts) => closed.create(round, { parts: [...parts] }),
    },
    ...createPartReads(context),
    addPart: createPartWriter(context, writer),
    ...createDraftIds(context),

    async madeBy({ project, artifact }, { digest, opId }, options) {
      const key = { project, artifact }
      const found = await documents.readIndex(key, digest, options)
      const record = found && (await documents.readVersion(key, found.value, options))
      if (found === null || record?.value.opId !== opId) return null
      // Head after the index: a version that head does not count yet is rolled forward by the log that follows.
      const head = await documents.readHead(key, options)
      return head !== null && found.value < head.value.next ? found.value : null
    },
  }
}

function createFact<T extends object>(
  context: ProtocolContext,
  name: string,
  schema: GenericSchema<unknown, T>,
): RoundFact<T> {
  const { objects } = context
  return {
    async read(round, options) {
      const key = `${roundPrefix(round)}${name}`
      const found = await objects.get(key, options)
      if (found === null) return null
      // Its writer may not have made it durable yet, and what rests on it must not outlive it.
      await objects.sync([key], options)
      return parseDocument(schema, found.bytes, key)
    },
    async create(round, fact) {
      await putUntilThere(context, `${roundPrefix(round)}${name}`, encodeDocument(fact))
    },
  }
}

function createPartReads({ objects }: ProtocolContext): Pick<DraftRecords, 'listParts' | 'readParts'> {
  return {
    async listParts(round, options) {
      const prefix = partsPrefix(round)
      const names = (await keysBelow(objects, prefix, options)).map((key) => key.slice(prefix.length))
      // Editors and systems leave files of their own beside ours.
      const opIds = names.filter((name) => !name.includes('/') && storeName(name) === name)
      if (opIds.length > 0)
        await objects.sync(
          opIds.map((opId) => `${prefix}${opId}`),
          options,
        )
      return opIds
    },

    readParts: (round, opIds, options) =>
      mapConcurrently(objects, opIds, async (opId) => {
        const key = `${partsPrefix(round)}${opId}`
        return readPart(await objects.get(key, options), { key, opId })
      }),
  }
}

function readPart(
  found: { readonly bytes: Uint8Array } | null,
  { key, opId }: { key: string; opId: string },
): DraftPart {
  const part = found && parseDocument(partSchema, found.bytes, key)
  if (part?.opId === opId) {
    const { draft: _draft, ...facts } = part
    return facts
  }
  throw new LadingError('CORRUPT', {
    key,
    detail: part === null ? 'a part of the draft is missing' : `it is the part ${part.opId}`,
    next: 'restore it from a backup of the store, or abandon the draft',
  })
}
