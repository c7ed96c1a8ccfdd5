import { sha256 } from '../../domain/digest.ts'
import type { DraftKey } from '../../domain/draft.ts'
import type { FinishIntent, LogOutcome, PartIntent, Transport } from '../../ports/transport.ts'
import { sourceOf } from '../data.ts'
import { changeOf, intentOf, manifestOf, runOf } from './context.ts'
import type { TestFiles } from './context.ts'

/** What of a part a case sets itself. `stored: false`: the bytes of its files are sent to nobody. */
export interface GivenPart extends Partial<PartIntent> {
  readonly round?: number
  readonly stored?: boolean
}

/** Gives the files of a run to a round, 0 where none is named: asks what is missing, sends that, upserts. */
export async function upsertFiles(
  transport: Transport,
  draft: DraftKey,
  { run, files, round = 0, stored = true, ...given }: GivenPart & { run: PartIntent['run']; files: TestFiles },
): Promise<void> {
  const upload = await transport.upload(draft, { bases: [] })
  if (stored) {
    const blobs = new Map(Object.values(files).map((bytes) => [sha256(bytes), bytes]))
    const wanted = [...blobs].map(([digest, bytes]) => ({ digest, sizeBytes: bytes.length }))
    const missing = await upload.missing(wanted, {})
    await upload.write(
      missing.map((blob) => ({ ...blob, source: sourceOf(blobs.get(blob.digest)!) })),
      {},
    )
  }
  const intent = partIntentOf(draft, { run, ...given })
  await transport.upsert({ ...draft, round }, { upload, manifest: manifestOf(files), intent }, {})
}

/** Finishes a round, 0 where none is named, as the run `closer`. */
export function finishRound(
  transport: Transport,
  draft: DraftKey,
  { round = 0, ...given }: Partial<FinishIntent> & { readonly round?: number } = {},
): Promise<LogOutcome> {
  const intent: FinishIntent = { ...partIntentOf(draft, {}), aliases: [], onConflict: 'refuse', ...given }
  return transport.finish({ ...draft, round }, intent, {})
}

/** A part of type `model`, without anything else. */
export function partIntentOf({ project }: DraftKey, given: Partial<PartIntent>): PartIntent {
  const { type, metadata, description } = intentOf()
  return { ...changeOf(), opId: laterId(), run: runOf(project, 'closer'), type, metadata, description, ...given }
}

let made = 0

/** Unique, and of a fixed length, so that later ones sort later. */
function laterId(): string {
  made++
  return `${made.toString().padStart(10, '0')}-${crypto.randomUUID()}`
}
