import type { LoggedAnswer } from '../../domain/command.ts'
import { sha256 } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import type { AbandonClosing, DraftKey, DraftPart, DraftRound, FinishClosing } from '../../domain/draft.ts'
import { createManifest, manifestDigest } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { FinishRoundOptions } from '../../ports/draft-store.ts'
import type { CommitOptions, MetadataStore } from '../../ports/metadata-store.ts'
import { ContractFailure } from '../check.ts'
import { AT, runOf } from './commands.ts'
import type { MetadataStoreContext } from './context.ts'

/** Files of a part: path → content. */
export type PartFiles = Readonly<Record<string, string>>

/** What of a part a case sets itself. */
export type GivenPart = Partial<DraftPart> & { readonly round?: number; readonly options?: CommitOptions }

/** What of a finish a case sets itself. */
export type GivenFinish = Partial<FinishClosing> & {
  readonly round?: number
  readonly options?: Partial<FinishRoundOptions>
}

/** What of an abandonment a case sets itself. */
export type GivenEnd = Partial<AbandonClosing> & { readonly round?: number }

/** One draft through one handle. Round 0 where a call does not name one. */
export interface Collaborator {
  readonly store: MetadataStore
  readonly draft: DraftKey
  /** The round that is open now. */
  open(): Promise<number>
  /** Gives the files of a run; answers the operation. A later call has a greater one. */
  upsert(run: string, files: PartFiles, given?: GivenPart): Promise<string>
  finish(given?: GivenFinish): Promise<LoggedAnswer>
  abandon(given?: GivenEnd): Promise<void>
}

/** Every manifest that a case has made: what clients keep as blobs, which the store of drafts never reads itself. */
const manifests = new Map<Digest, Manifest>()

/** Collaborators on one draft, each with a handle of its own. */
export async function collaborators(
  { open, key }: Pick<MetadataStoreContext, 'open' | 'key'>,
  given: Partial<DraftKey> = {},
): Promise<readonly [ann: Collaborator, ben: Collaborator]> {
  const draft = { ...key, id: 'night', ...given }
  return [collaboratorIn(await open(), draft), collaboratorIn(await open(), draft)]
}

/** A draft through a handle. */
export function collaboratorIn(store: MetadataStore, draft: DraftKey): Collaborator {
  const at = (round = 0): DraftRound => ({ ...draft, round })
  return {
    store,
    draft,
    open: () => store.drafts.round(draft, {}),
    async upsert(run, files, { round, options = {}, ...given } = {}) {
      const part = partOf(draft, run, { manifest: manifestOf(files), ...given })
      await store.drafts.upsert(at(round), part, options)
      return part.opId
    },
    finish: ({ round, options, ...given } = {}) =>
      store.drafts.finish(at(round), finishOf(draft, given), { ...FINISHING, ...options }),
    abandon: ({ round, ...given } = {}) => store.drafts.abandon(at(round), abandonmentOf(given), {}),
  }
}

/** The digest of files as a manifest, which can be read from then on. */
export function manifestOf(files: PartFiles): Digest {
  const manifest = createManifest(
    Object.entries(files).map(([path, text]) => ({ path, digest: sha256(text), size: text.length })),
  )
  const digest = manifestDigest(manifest)
  manifests.set(digest, manifest)
  return digest
}

/** A part of type `model`, without anything else, under an operation that sorts after those of earlier parts. */
export function partOf({ project }: ArtifactKey, run: string, given: Partial<DraftPart>): DraftPart {
  return { opId: laterId(), at: AT, run: runOf(project, run), manifest: manifestOf({}), ...FACTS, ...given }
}

/** A finish by the run `closer`, which refuses conflicts and moves no alias. */
export function finishOf({ project }: ArtifactKey, given: Partial<FinishClosing> = {}): FinishClosing {
  const told = { opId: laterId(), baseRev: 0, at: AT, run: runOf(project, 'closer') }
  return { kind: 'finish', ...told, ...FACTS, aliases: [], onConflict: 'refuse', ...given }
}

/** An abandonment by nobody. */
export function abandonmentOf(given: Partial<AbandonClosing> = {}): AbandonClosing {
  return { kind: 'abandon', opId: laterId(), at: AT, run: null, ...given }
}

/** Finds the manifests of a case, and has nothing to make present. */
export const FINISHING: FinishRoundOptions = {
  manifestOf: async (digest) => readManifest(digest),
  confirm: async () => {},
}

/** A manifest that was made before. */
export function readManifest(digest: Digest): Manifest {
  const manifest = manifests.get(digest)
  if (!manifest) throw new ContractFailure('the digest of a manifest that the case has made', digest)
  return manifest
}

const FACTS = { type: 'model', metadata: null, metadataDigest: null, description: null } as const

let made = 0

/** Unique, so that a case that is repeated is another intent; of a fixed length, so that later ones sort later. */
function laterId(): string {
  made++
  return `${made.toString().padStart(10, '0')}-${crypto.randomUUID()}`
}
