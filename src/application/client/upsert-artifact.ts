import type { DraftKey, DraftRound } from '../../domain/draft.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { fileCount, manifestDigest, manifestSize } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { RunRef } from '../../domain/version.ts'
import type { Artifact, DraftStep } from './artifact.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { typeOfDraft } from './drafts.ts'
import type { DraftOptions } from './drafts.ts'
import type { DraftsOfRun } from './drafts-of-run.ts'
import type { WorkOptions } from './progress.ts'
import { sendTyped } from './send-typed.ts'
import { assertOwnProject, storeArtifact } from './store-contents.ts'
import type { StoredContents } from './store-contents.ts'
import type { StoringOptions } from './store-sources.ts'

/** How a part is given to a collaborative version. */
export interface UpsertOptions extends StoringOptions, DraftOptions {}

/** What an upsert has given. */
export interface UpsertResult {
  readonly project: string
  readonly name: string
  readonly distributedId: string
  /** The round that it is in, from 0. */
  readonly round: number
  /** The manifest digest of this part alone. */
  readonly digest: string
  readonly sizeBytes: number
  readonly fileCount: number
}

/** A part, whose it is and for what. */
export interface Part {
  readonly run: RunRef
  readonly artifact: Artifact
  readonly draft: DraftKey
  readonly drafts: DraftsOfRun
}

/** What a part was stored as. */
export interface SentPart {
  readonly round: DraftRound
  readonly manifest: Manifest
}

/** How often it is looked whether a closed round has its result, and how long between two looks at the most. */
const LOOKS_MAX = 36
const PAUSE_MS_MAX = 1_000
const PAUSE_MS_FIRST = 25

/** Gives a run's files to the version that several runs make together; the artifact is given back afterwards. */
export async function upsertArtifact(ports: ClientPorts, part: Part, options: StoringOptions): Promise<UpsertResult> {
  const { artifact, draft } = part
  assertOwnProject({ project: draft.project, artifact })
  const steps = artifact.claim()
  try {
    const { round, manifest } = await sendPart(ports, { ...part, steps, whenLate: 'nextRound' }, options)
    return {
      project: draft.project,
      name: draft.artifact,
      distributedId: draft.id,
      round: round.round,
      digest: manifestDigest(manifest),
      sizeBytes: manifestSize(manifest),
      fileCount: fileCount(manifest),
    }
  } finally {
    artifact.release()
  }
}

/**
 * Stores the files of an artifact that was claimed and makes them a part of the run's round. `whenLate`: what the first
 * part of a run does in a round that was closed meanwhile; any later one rejects `ALREADY_FINISHED`.
 */
export async function sendPart(
  ports: ClientPorts,
  part: Part & { readonly steps: readonly DraftStep[]; readonly whenLate: 'nextRound' | 'reject' },
  options: StoringOptions,
): Promise<SentPart> {
  const { artifact, draft, drafts, steps, whenLate } = part
  // First of all: a store that keeps no drafts says so before any byte travels.
  const found = drafts.kept(draft) ?? (await ports.transport.draftRound(draft, { signal: options.signal }))
  let round: DraftRound = { ...draft, round: found }
  const stored = await storeArtifact(ports, { project: draft.project, artifact, steps }, options)
  for (;;) {
    const isFirst = drafts.kept(draft) !== round.round
    try {
      await sendStored(ports, { part, stored, round }, options)
      break
    } catch (error) {
      if (isLadingError(error, 'UNKNOWN_OUTCOME')) drafts.keep(round)
      if (!isLadingError(error, 'ALREADY_FINISHED')) throw error
      drafts.forget(round)
      if (!isFirst || whenLate === 'reject') throw error
      round = await roundAfter(ports, round, options.signal)
    }
  }
  artifact.settle(stored.manifest)
  drafts.recordPart(artifact, round)
  return { round, manifest: stored.manifest }
}

/**
 * Each send is an intent of its own: what was refused in one round is another part in the next. Only where the outcome is
 * unknown the artifact's next send is the same intent again: if the first one arrived, the part is there once.
 */
async function sendStored(
  ports: ClientPorts,
  { part, stored, round }: { part: Part; stored: StoredContents; round: DraftRound },
  { signal }: WorkOptions,
): Promise<void> {
  const { artifact, draft, drafts, run } = part
  const { upload, manifest } = stored
  const sent = { round, digest: manifestDigest(manifest) }
  const change = drafts.unsettled(artifact, sent) ?? newChange(ports, run)
  drafts.settle(artifact)
  const lookUp = () => typeOfDraft(ports, { draft, round: round.round }, { signal })
  const { description, metadata } = artifact
  await sendTyped({ given: artifact.type, guess: upload.head?.type ?? null, lookUp }, (type) => {
    const intent = { ...change, run, type, metadata, description }
    return ports.transport.upsert(round, { upload, manifest, intent }, { signal })
  }).catch((error: unknown) => {
    if (isLadingError(error, 'UNKNOWN_OUTCOME')) drafts.leaveUnsettled(artifact, { ...sent, change })
    throw error
  })
}

/** The round after one that was closed: it opens when that has its result, which whoever closed it is about to write. */
async function roundAfter(
  { transport, clock, ids }: ClientPorts,
  { round, ...draft }: DraftRound,
  signal: AbortSignal | undefined,
): Promise<DraftRound> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const open = await transport.draftRound(draft, { signal })
    if (open > round) return { ...draft, round: open }
    await clock.pause(Math.min(PAUSE_MS_FIRST * 2 ** look, PAUSE_MS_MAX) * (0.5 + ids.random()), signal)
  }
  throw new LadingError('ALREADY_FINISHED', {
    key: `${draft.project}/${draft.artifact} ${draft.id}`,
    detail: `round ${round} was closed, and whoever closed it did not get to its end`,
    next: 'call `finishArtifact`, which goes on where that stopped, then upsert again',
  })
}
