import { sha256 } from '../../src/domain/digest.ts'
import type { Digest } from '../../src/domain/digest.ts'
import type { AbandonClosing, DraftKey, DraftPart, FinishClosing, OnConflict } from '../../src/domain/draft.ts'
import { createManifest, manifestDigest } from '../../src/domain/manifest.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import type { LoggedAnswer } from '../../src/domain/command.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'

/** What runs do to the one draft of a simulation. Files: path → content, letters both. */
export type DraftOperation =
  | {
      readonly kind: 'upsert'
      readonly files: Readonly<Record<string, string>>
      /** Default: a run of its own. */
      readonly run?: string
      readonly type?: string
    }
  | {
      readonly kind: 'finish'
      readonly aliases?: readonly string[]
      readonly onConflict?: OnConflict
      readonly type?: string
    }
  | { readonly kind: 'abandon' }

/** One operation on the draft, as one executor carries it out. */
export interface DraftStep {
  readonly opId: string
  readonly operation: DraftOperation
  /** The rev of head that the client saw before its first send. */
  readonly baseRev: number
  /** null: the client asks for it before its first send, and has not yet. Then it is kept. */
  round: number | null
}

/** How an operation on the draft came out. */
export type DraftAnswer =
  | { readonly kind: 'upserted' }
  | { readonly kind: 'abandoned' }
  | ({ readonly kind: 'finished' } & LoggedAnswer)

/** The one draft. */
export const DRAFT: DraftKey = { project: 'p', artifact: 'x', id: 'd' }

const TOLD = { at: '2026-01-01T00:00:00.000Z', metadata: null, metadataDigest: null, description: null }

const manifests = new Map<Digest, Manifest>()

/** Whether an operation is one on the draft. */
export function isDraftOperation(operation: { readonly kind: string }): operation is DraftOperation {
  return ['upsert', 'finish', 'abandon'].includes(operation.kind)
}

/** Carries out an operation on the draft; asks for the round first where it is not known. */
export async function executeDraft({ drafts }: MetadataStore, step: DraftStep): Promise<DraftAnswer> {
  step.round ??= await drafts.round(DRAFT, {})
  const round = { ...DRAFT, round: step.round }
  const { operation, opId } = step
  switch (operation.kind) {
    case 'upsert':
      await drafts.upsert(round, partOf(operation, opId), {})
      return { kind: 'upserted' }
    case 'finish': {
      const options = { manifestOf: async (digest: Digest) => manifestOf(digest), confirm: async () => undefined }
      return { kind: 'finished', ...(await drafts.finish(round, closingOf(operation, step), options)) }
    }
    case 'abandon':
      await drafts.abandon(round, abandonmentOf(opId), {})
      return { kind: 'abandoned' }
  }
}

/** The manifest that a part names. */
export function manifestOf(digest: Digest): Manifest {
  return manifests.get(digest)!
}

/** An operation in one line: `upsert a=A`, `finish +a`. */
export function showDraftOperation(operation: DraftOperation): string {
  switch (operation.kind) {
    case 'upsert': {
      const files = Object.entries(operation.files).map(([path, content]) => `${path}=${content}`)
      return ['upsert', ...files, ...(operation.type ? [`as ${operation.type}`] : [])].join(' ')
    }
    case 'finish': {
      const { aliases = [], onConflict, type } = operation
      const words = ['finish', ...aliases.map((alias) => `+${alias}`), ...(onConflict === 'last' ? ['last wins'] : [])]
      return [...words, ...(type ? [`as ${type}`] : [])].join(' ')
    }
    case 'abandon':
      return 'abandon'
  }
}

function partOf({ files, run, type }: Extract<DraftOperation, { kind: 'upsert' }>, opId: string): DraftPart {
  const entries = Object.entries(files).map(([path, content]) => ({ path, digest: sha256(content), size: 1 }))
  const manifest = createManifest(entries)
  const digest = manifestDigest(manifest)
  manifests.set(digest, manifest)
  return { opId, run: runOf(run ?? opId), manifest: digest, ...TOLD, type: type ?? 'model' }
}

function closingOf(
  { aliases = [], onConflict = 'refuse', type }: Extract<DraftOperation, { kind: 'finish' }>,
  { opId, baseRev }: DraftStep,
): FinishClosing {
  const told = { ...TOLD, opId, baseRev, run: runOf(opId), type: type ?? 'model' }
  return { kind: 'finish', ...told, aliases, onConflict }
}

function abandonmentOf(opId: string): AbandonClosing {
  return { kind: 'abandon', opId, at: TOLD.at, run: null }
}

function runOf(id: string) {
  return { project: DRAFT.project, id: `run-${id}`, name: `run of ${id}` }
}
