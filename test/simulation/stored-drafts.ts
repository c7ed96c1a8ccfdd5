import type { LogCommand } from '../../src/domain/command.ts'
import { mergeParts } from '../../src/domain/draft.ts'
import type { DraftChoice, DraftClosing, DraftPart, DraftResult } from '../../src/domain/draft.ts'
import { manifestDigest } from '../../src/domain/manifest.ts'
import type { Digest } from '../../src/domain/digest.ts'
import { draftPrefix } from '../../src/protocol/keys.ts'
import { DRAFT, manifestOf } from './draft-operations.ts'
import type { Storage } from './storage.ts'

/** A round of the draft as it lies in a store at one moment. */
export interface StoredRound {
  readonly parts: ReadonlyMap<string, DraftPart>
  readonly closing: DraftClosing | null
  readonly closed: readonly string[] | null
  readonly choice: DraftChoice | null
  readonly result: DraftResult | null
}

/** Rounds by their numbers. */
export type StoredDrafts = ReadonlyMap<number, StoredRound>

const PREFIX = draftPrefix(DRAFT)
const NONE: StoredRound = { parts: new Map(), closing: null, closed: null, choice: null, result: null }

const parsed = new WeakMap<Uint8Array, unknown>()
const decoder = new TextDecoder()

/** Reads the rounds of the draft, without a request. */
export function readDrafts(storage: Storage): StoredDrafts {
  const rounds = new Map<number, StoredRound>()
  for (const [key, { bytes }] of storage.objects) {
    if (!key.startsWith(PREFIX)) continue
    const [number, name, opId] = key.slice(PREFIX.length).split('/') as [string, string, string?]
    const round = rounds.get(Number(number)) ?? NONE
    const document = parse(bytes)
    const fact = name === 'closed' ? (document as { parts: readonly string[] }).parts : document
    const parts = new Map([...round.parts, [opId ?? '', document as DraftPart]])
    rounds.set(Number(number), name === 'parts' ? { ...round, parts } : { ...round, [name]: fact })
  }
  return rounds
}

/** The content that a closed round must become; null while it is open, or where nobody has chosen. */
export function unionOf({ parts, closing, closed, choice }: StoredRound): Digest | null {
  if (closing?.kind !== 'finish' || closed === null) return null
  const counted = closed.map((opId) => parts.get(opId)).filter((part) => part !== undefined)
  const read = counted.map((part) => ({ part, manifest: manifestOf(part.manifest) }))
  const merged = mergeParts(read, choice?.onConflict ?? closing.onConflict)
  return merged.kind === 'union' ? manifestDigest(merged.manifest) : null
}

/** The log that every finisher of a round sends; null before it is closed. */
export function logOfRound(round: StoredRound | undefined): LogCommand | null {
  const digest = round ? unionOf(round) : null
  if (round?.closing?.kind !== 'finish' || digest === null) return null
  const { kind: _kind, onConflict: _onConflict, ...closing } = round.closing
  const content = { digest, sizeBytes: 0, fileCount: 0, draft: null, derivedFrom: null, supersede: false }
  return { kind: 'log', delivery: 'resent', ...closing, ...content }
}

function parse(bytes: Uint8Array): unknown {
  if (!parsed.has(bytes)) parsed.set(bytes, JSON.parse(decoder.decode(bytes)))
  return parsed.get(bytes)
}
