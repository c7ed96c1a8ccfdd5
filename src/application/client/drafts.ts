import type { DraftKey } from '../../domain/draft.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { assertExternalId } from '../../domain/names.ts'
import type { ArtifactKey, RunRef } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { DraftSummary } from '../../ports/draft-store.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import type { DraftsOfRun } from './drafts-of-run.ts'
import { paged } from './paged.ts'

/** Which draft of an artifact a call is about. */
export interface DraftOptions extends CallOptions {
  /** What all runs of one version agree on, 1–512 characters. Default: the run's group; without one it must be given. */
  readonly distributedId?: string | undefined
}

/** A collaborative version that nobody has finished yet. */
export interface OpenDraft {
  readonly project: string
  /** Of the artifact. */
  readonly name: string
  readonly distributedId: string
  /** Counts from 0; each version that was made under this id, and each abandonment, ended one. */
  readonly round: number
  readonly type: string
  /** How many upserts it has. */
  readonly parts: number
  /** Who gave them, each once. */
  readonly runs: readonly RunRef[]
  /** Whether a finish, or an abandonment, has begun and did not get to its end: another one brings it there. */
  readonly closing: boolean
}

/** The distributed id that a call means. `INVALID` where neither it nor the run has one. */
export function distributedIdOf(given: unknown, group: string | null): string {
  const id = given ?? group
  if (id !== null && id !== undefined) return assertExternalId(id)
  throw new LadingError('INVALID', {
    detail: 'no distributed id is given, and the run has no group',
    next: 'pass the `distributedId` that all runs of this version share, or start them with one `group`',
  })
}

/** Rounds of an artifact's drafts that have no result yet. */
export async function* openDrafts(
  { transport }: ClientPorts,
  key: ArtifactKey,
  options: CallOptions,
): AsyncGenerator<OpenDraft> {
  for await (const summary of summariesOf(transport, key, options)) {
    const { round: draft, type, parts, runs, closing } = summary
    const { project, artifact: name, id: distributedId, round } = draft
    yield { project, name, distributedId, round, type, parts, runs, closing }
  }
}

/** The type of an artifact, before its first version that of the parts of this round; null where there is neither. */
export async function typeOfDraft(
  { transport }: ClientPorts,
  { draft, round }: { readonly draft: DraftKey; readonly round: number },
  { signal }: CallOptions,
): Promise<string | null> {
  const { project, artifact, id } = draft
  const head = await transport.head({ project, artifact }, { signal })
  if (head !== null) return head.type
  for await (const open of summariesOf(transport, { project, artifact }, { signal })) {
    if (open.round.id === id && open.round.round === round) return open.type
  }
  return null
}

/** Ends the open round of a draft without a version. `drafts`: what the run remembers that does so, if one does. */
export async function abandonDraft(
  ports: ClientPorts,
  {
    draft,
    run,
    drafts,
  }: { readonly draft: DraftKey; readonly run: RunRef | null; readonly drafts: DraftsOfRun | null },
  { signal }: CallOptions,
): Promise<void> {
  const kept = drafts?.kept(draft) ?? null
  const round = { ...draft, round: kept ?? (await ports.transport.draftRound(draft, { signal })) }
  try {
    await ports.transport.abandon(round, newChange(ports, run), { signal })
  } catch (error) {
    if (isUnsettled(error)) drafts?.keep(round)
    const open = () => ports.transport.draftRound(draft, { signal })
    if (isLadingError(error, 'CONFLICT')) await drafts?.forgetIfOver(round, open)
    throw error
  }
  drafts?.forget(round)
}

/** Whether what failed may have been done, or begun: then it is to be repeated in the same round. */
export function isUnsettled(error: unknown): boolean {
  return isLadingError(error) && ['UNKNOWN_OUTCOME', 'UNAVAILABLE', 'ABORTED'].includes(error.code)
}

function summariesOf(
  transport: ClientPorts['transport'],
  key: ArtifactKey,
  options: CallOptions,
): AsyncGenerator<DraftSummary> {
  return paged((page) => transport.drafts(key, { ...page, ...options }))
}
