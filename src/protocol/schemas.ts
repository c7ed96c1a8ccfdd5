import * as v from 'valibot'
import { decodeDocument } from '../domain/canonical-json.ts'
import { isDigest } from '../domain/digest.ts'
import type { Digest } from '../domain/digest.ts'
import type { DraftChoice, DraftClosing, DraftResult } from '../domain/draft.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { Head } from '../domain/head.ts'
import { ALIASES_MAX, DESCRIPTION_BYTES_MAX } from '../domain/limits.ts'
import type { Metadata } from '../domain/metadata.ts'
import { assertMovableAlias, assertName, assertType } from '../domain/names.ts'
import type { VersionRecord } from '../domain/version.ts'
import type { MetadataEdit, ProjectRecord, RunRecord } from '../ports/metadata-store.ts'

// What the documents of a store look like. Unknown members are ignored: a newer minor format may add some.

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const digest = v.custom<Digest>(isDigest)
const metadata = v.nullable(v.custom<Metadata>((value) => typeof value === 'object' && !Array.isArray(value)))
/** Keys have ten digits for a number. */
const position = v.pipe(count, v.maxValue(9_999_999_999))
const project = v.custom<string>(accepted((value) => assertName('project', value)))
const alias = v.custom<string>(accepted(assertMovableAlias))
const type = v.custom<string>(accepted(assertType))
const run = v.object({ project, id: v.custom<string>(accepted((value) => assertName('run', value))), name: v.string() })
const artifact = v.custom<string>(accepted((value) => assertName('artifact', value)))
const versionKey = v.object({ project, artifact, n: position })

/** valibot's `record` drops names such as `constructor`, which are valid aliases. */
const aliases = v.custom<Record<string, number>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([name, n]) => v.is(alias, name) && v.is(position, n)),
)

const versionSchema = v.looseObject({
  n: position,
  digest,
  type,
  aliases: v.array(alias),
  supersede: v.boolean(),
  opId: v.string(),
  run: v.nullable(run),
  draft: v.nullable(v.object({ id: v.string(), round: count })),
  derivedFrom: v.nullable(versionKey),
  createdAt: v.string(),
  sizeBytes: count,
  fileCount: count,
  metadata,
  metadataDigest: v.nullable(digest),
  description: v.nullable(v.string()),
  deleted: v.boolean(),
}) satisfies v.GenericSchema<unknown, VersionRecord>

const moveSchema = v.object({
  rev: position,
  at: v.string(),
  alias,
  from: v.nullable(position),
  to: v.nullable(position),
  opId: v.string(),
  run: v.nullable(run),
})

/** A page of alias moves. */
export const movesSchema = v.object({ moves: v.array(moveSchema) })

const errorCodes = [
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'CONFLICT',
  'ALREADY_FINISHED',
  'UNSUPPORTED',
  'INVALID',
  'CORRUPT',
  'UNAUTHORIZED',
  'UNAVAILABLE',
  'UNKNOWN_OUTCOME',
  'ABORTED',
  'CLOSED',
] as const

const headSchema = v.looseObject({
  rev: position,
  type,
  next: position,
  floor: position,
  aliases,
  latest: v.nullable(v.object({ n: position, digest, opId: v.string() })),
  deleting: v.nullable(position),
  recent: v.array(
    v.object({ opId: v.string(), rev: count, result: v.union([count, v.literal('done'), v.picklist(errorCodes)]) }),
  ),
  moves: v.array(moveSchema),
  description: v.nullable(v.string()),
  createdAt: v.string(),
}) satisfies v.GenericSchema<unknown, Head>

/** The index of a digest. */
export const indexSchema = v.object({ n: position })

/** Metadata that replaced what a version was logged with. */
export const metadataEditSchema = v.object({
  metadata,
  metadataDigest: v.nullable(digest),
  at: v.string(),
  run: v.nullable(run),
}) satisfies v.GenericSchema<unknown, MetadataEdit>

/** A project. */
export const projectSchema = v.object({
  name: v.string(),
  createdAt: v.string(),
}) satisfies v.GenericSchema<unknown, ProjectRecord>

/** A run. */
export const runSchema = v.object({
  project: v.string(),
  id: v.string(),
  name: v.string(),
  group: v.nullable(v.string()),
  config: metadata,
  createdAt: v.string(),
}) satisfies v.GenericSchema<unknown, RunRecord>

/** Edges carry the name of their run, so that lineage can be shown without reading its record. */
export const edgeSchema = v.object({ at: v.string(), opId: v.string(), run })

/** What no log takes must be known before a round is closed: after that it could only be logged, and never is. */
const draftFacts = {
  type,
  metadata,
  metadataDigest: v.nullable(digest),
  description: v.nullable(v.pipe(v.string(), v.maxBytes(DESCRIPTION_BYTES_MAX))),
}
const told = { opId: v.string(), at: v.string() }

/** A part of a draft. `draft` is its id as the user gave it, which the key may only stand for. */
export const partSchema = v.object({ draft: v.string(), ...told, run, manifest: digest, ...draftFacts })

/** What closed a round of a draft. */
export const closingSchema: v.GenericSchema<unknown, DraftClosing> = v.variant('kind', [
  v.object({
    kind: v.literal('finish'),
    ...told,
    run,
    baseRev: count,
    ...draftFacts,
    aliases: v.pipe(v.array(alias), v.maxLength(ALIASES_MAX)),
    onConflict: v.picklist(['refuse', 'last']),
  }),
  v.object({ kind: v.literal('abandon'), ...told, run: v.nullable(run) }),
])

/** The parts of a round that count. */
export const closedSchema = v.object({ parts: v.array(v.string()) })

/** How parts that disagree are merged after all. */
export const choiceSchema = v.object({ onConflict: v.literal('last') }) satisfies v.GenericSchema<unknown, DraftChoice>

/** How a round of a draft ended. */
export const resultSchema: v.GenericSchema<unknown, DraftResult> = v.variant('kind', [
  v.object({ kind: v.literal('finished'), n: position, aliases: v.picklist(['moved', 'unknown']) }),
  v.object({ kind: v.literal('abandoned') }),
])

/** The register of blob collection. */
export const collectionSchema = v.object({
  epoch: count,
  state: v.picklist(['condemned', 'swept']),
  at: v.string(),
  list: v.nullable(v.string()),
})

/** The list of condemned names. */
export const condemnedSchema = v.object({ names: v.array(v.string()) })

/** A layout: pack by pack, [digest, offset, size] of each blob. */
export const layoutSchema = v.object({
  packs: v.array(v.object({ pack: v.string(), blobs: v.array(v.tuple([digest, count, count])) })),
})

/** `lading.json`. */
export const formatSchema = v.object({ format: count, minReader: count, storeId: v.string() })

/** Reads a document: `CORRUPT`, naming its key and the first thing wrong, when it is not what it should be. */
export function parseDocument<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array, key: string): T {
  const parsed = v.safeParse(schema, decodeDocument(bytes, { key }))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw damaged(key, `${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`)
}

/** Reads head: `CORRUPT` also when its numbers contradict each other. Unknown members are kept when it is rewritten. */
export function parseHead(bytes: Uint8Array, key: string): Head {
  const head = parseDocument(headSchema, bytes, key)
  const counted = [...Object.values(head.aliases), ...(head.latest ? [head.latest.n] : [])]
  const isCounted = counted.every((n) => n >= head.floor && n < head.next)
  const isMarked = head.deleting === null || head.deleting < head.next
  if (head.floor > head.next || !isCounted || !isMarked) {
    throw damaged(key, 'its numbers contradict each other')
  }
  return head
}

/** Reads the record of version `n`: `CORRUPT` also when it is that of another one. */
export function parseVersion(bytes: Uint8Array, { key, n }: { key: string; n: number }): VersionRecord {
  const record = parseDocument(versionSchema, bytes, key)
  if (record.n !== n) throw damaged(key, `it is the record of version ${record.n}`)
  return record
}

/** Whether a rule of the domain takes a value. */
function accepted(rule: (value: unknown) => unknown): (value: unknown) => boolean {
  return (value) => {
    try {
      rule(value)
      return true
    } catch (error) {
      if (isLadingError(error, 'INVALID')) return false
      throw error
    }
  }
}

function damaged(key: string, what: string): LadingError {
  return new LadingError('CORRUPT', {
    key,
    detail: `the document is damaged: ${what}`,
    next: 'restore it from a backup of the store; nothing was changed',
  })
}
