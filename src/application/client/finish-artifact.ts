import type { DraftRound, OnConflict } from '../../domain/draft.ts'
import { isLadingError } from '../../domain/errors.ts'
import type { Manifest } from '../../domain/manifest.ts'
import { assertAliases } from '../../domain/names.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { VersionRecord } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import { assertOneOf } from '../../ports/facade/value-checks.ts'
import type { FinishIntent, LogOutcome } from '../../ports/transport.ts'
import type { Artifact, DraftStep } from './artifact.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { isUnsettled, typeOfDraft } from './drafts.ts'
import type { DraftOptions } from './drafts.ts'
import type { LogResult } from './log-artifact.ts'
import type { LogChanges } from './log-changes.ts'
import { sendTyped } from './send-typed.ts'
import { assertOwnProject } from './store-contents.ts'
import type { StoringOptions } from './store-sources.ts'
import { sendPart } from './upsert-artifact.ts'
import type { Part } from './upsert-artifact.ts'

/** How a collaborative version is finished. */
export interface FinishOptions extends StoringOptions, DraftOptions {
  /** Aliases that move to the version. `latest` is accepted and changes nothing. */
  readonly aliases?: readonly string[]
  /** What is done with a path under which two runs gave different content. Default: `refuse`, with `CONFLICT`. */
  readonly onConflict?: OnConflict
}

/** The version that the parts have become. */
export interface FinishResult extends Omit<LogResult, keyof LogChanges> {
  readonly distributedId: string
  /** The round that it was made of, from 0. */
  readonly round: number
}

/** A finish, by an artifact or by its name alone. */
export type Finish = Omit<Part, 'artifact'> & { readonly artifact: Artifact | null }

/** A finish whose arguments are checked. */
interface Finishing extends Finish {
  /** What is still to be sent of the artifact. */
  readonly steps: readonly DraftStep[]
  readonly asked: Pick<FinishIntent, 'aliases' | 'onConflict'>
}

/** Makes what several runs have given one version; an artifact is frozen as that version. See `Run.finishArtifact`. */
export async function finishArtifact(
  ports: ClientPorts,
  finish: Finish,
  options: FinishOptions,
): Promise<FinishResult> {
  const { artifact, draft, drafts } = finish
  const { aliases, onConflict = 'refuse' } = options
  assertOneOf('onConflict', onConflict, ['refuse', 'last'])
  const asked = { aliases: assertAliases(aliases), onConflict }
  const sealed = artifact && drafts.sealedBy(artifact, draft)
  if (artifact === null || sealed) {
    return finishRound(ports, { ...finish, artifact: null, steps: [], asked }, { round: sealed ?? null, ...options })
  }
  assertOwnProject({ project: draft.project, artifact })
  const steps = artifact.claim()
  try {
    return await finishRound(ports, { ...finish, steps, asked }, { round: null, ...options })
  } catch (error) {
    artifact.release()
    throw error
  }
}

/** `round`: the one that is meant, where it is known. */
async function finishRound(
  ports: ClientPorts,
  finishing: Finishing,
  { round: known, ...options }: StoringOptions & { readonly round: DraftRound | null },
): Promise<FinishResult> {
  const { draft, drafts, artifact, steps } = finishing
  const { signal } = options
  const kept = known?.round ?? drafts.kept(draft)
  let round: DraftRound = { ...draft, round: kept ?? (await ports.transport.draftRound(draft, { signal })) }
  if (artifact !== null && steps.length > 0 && !drafts.hasSent(artifact, round)) {
    round = (await sendPart(ports, { ...finishing, artifact, whenLate: 'reject' }, options)).round
  }
  const outcome = await closeRound(ports, finishing, { round, isKnown: kept !== null, signal })
  const result = await resultOf(ports, { ...finishing, ...outcome }, { signal })
  drafts.recordFinish(outcome.round, artifact)
  return result
}

interface Closing extends CallOptions {
  readonly round: DraftRound
  /** Whether this very round is meant, and not just the one that is open. */
  readonly isKnown: boolean
}

/**
 * Finishes the round. Where nobody has given the open one a part, and the round before it is the one that this run has
 * finished, the finish is a repeated one: it answers that version again.
 */
async function closeRound(
  ports: ClientPorts,
  finishing: Finishing,
  { round, isKnown, signal }: Closing,
): Promise<{ readonly round: DraftRound; readonly outcome: LogOutcome }> {
  const { draft, drafts } = finishing
  try {
    return { round, outcome: await sendFinish(ports, finishing, { round, signal }) }
  } catch (error) {
    if (isUnsettled(error)) drafts.keep(round)
    if (isLadingError(error, 'CONFLICT'))
      await drafts.forgetIfOver(round, () => ports.transport.draftRound(draft, { signal }))
    const finished = drafts.finished(draft)
    const isRepeated = !isKnown && finished !== null && finished === round.round - 1
    if (!isRepeated || !isLadingError(error, 'NOT_FOUND')) throw error
    const before = { ...draft, round: finished }
    return { round: before, outcome: await sendFinish(ports, finishing, { round: before, signal }) }
  }
}

async function sendFinish(
  ports: ClientPorts,
  { draft, run, artifact, asked }: Finishing,
  { round, signal }: { readonly round: DraftRound } & CallOptions,
): Promise<LogOutcome> {
  const given = artifact?.type ?? null
  const lookUp = () => typeOfDraft(ports, { draft, round: round.round }, { signal })
  const facts = { metadata: artifact?.metadata ?? null, description: artifact?.description ?? null }
  const types = { given, guess: given === null ? await lookUp() : null, lookUp }
  const { sent } = await sendTyped(types, (type) => {
    const intent = { ...newChange(ports, run), run, type, ...facts, ...asked }
    return ports.transport.finish(round, intent, { signal })
  })
  return sent
}

/** What the union is. Until this is read a finish is not over: repeated, it answers the same version. */
async function resultOf(
  ports: ClientPorts,
  { draft, drafts, artifact, round, outcome }: Finishing & { round: DraftRound; outcome: LogOutcome },
  options: CallOptions,
): Promise<FinishResult> {
  const { project, artifact: name, id: distributedId } = draft
  const { n, created, aliases } = outcome
  try {
    const record = outcome.record ?? (await recordOf(ports, { project, artifact: name, n }, options))
    const { digest, sizeBytes, fileCount, type } = record
    if (artifact !== null) {
      const manifest: Manifest = await ports.transport.manifest({ project, artifact: name, n }, digest, options)
      artifact.seal({ n, type, created, aliases, digest, sizeBytes, manifest })
    }
    const version = { version: formatVersion(n), n, created, aliases }
    return { project, name, distributedId, round: round.round, ...version, digest, sizeBytes, fileCount }
  } catch (error) {
    drafts.keep(round)
    throw error
  }
}

async function recordOf(
  { transport }: ClientPorts,
  { n, ...key }: { readonly project: string; readonly artifact: string; readonly n: number },
  options: CallOptions,
): Promise<VersionRecord> {
  const found = await transport.resolve(key, { kind: 'version', n }, options)
  if (found === null) throw new Error(`the finish answered ${formatVersion(n)}, which is not there`)
  return found.record
}
