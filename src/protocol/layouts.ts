import { encodeDocument } from '../domain/canonical-json.ts'
import { parseBlobName } from '../domain/blob-name.ts'
import type { Digest } from '../domain/digest.ts'
import { LadingError } from '../domain/errors.ts'
import type { Location } from '../ports/blob-store.ts'
import type { EditOptions, MetadataStore } from '../ports/metadata-store.ts'
import { repeatUntilKnown } from './context.ts'
import type { ProtocolContext } from './context.ts'
import { layoutKey } from './keys.ts'
import { blobsExpired, unknownOutcome } from './outcomes.ts'
import { layoutSchema, parseDocument } from './schemas.ts'
import { attempt } from './writes.ts'

/** Layouts: where the blobs of a manifest lie, when some of them are inside packs. */
export function createLayouts(context: ProtocolContext): Pick<MetadataStore, 'layout' | 'writeLayout'> {
  const { registers } = context
  return {
    async layout(project, manifest, options) {
      const key = layoutKey(project, manifest)
      const found = await registers.read(key, options)
      return found && decodeLayout(found.bytes, key)
    },
    async writeLayout(project, manifest, layout, options) {
      const key = layoutKey(project, manifest)
      await replaceRegister(context, { key, bytes: encodeLayout(layout) }, options)
    },
  }
}

/** Replaces a register whatever it holds; the last writer wins. After `untilMs` nothing is sent any more. */
export async function replaceRegister(
  context: ProtocolContext,
  { key, bytes }: { key: string; bytes: Uint8Array },
  { untilMs = Number.POSITIVE_INFINITY, ...options }: EditOptions,
): Promise<void> {
  let proof: string | null = null
  let isOpen = false
  await repeatUntilKnown(context, async () => {
    if (context.clock.monotonicMs() > untilMs) throw isOpen ? unknownOutcome(blobsExpired(), null) : blobsExpired()
    const swapped = await attempt(() => context.registers.swap(key, bytes, proof, options))
    if (typeof swapped !== 'string') return 'written'
    isOpen ||= swapped === 'unknown'
    const found = await context.registers.read(key, options)
    if (found && Buffer.compare(found.bytes, bytes) === 0) return 'written'
    proof = found?.proof ?? null
    return swapped === 'lost' ? 'at once' : 'again'
  })
}

function encodeLayout(layout: ReadonlyMap<Digest, Location>): Uint8Array {
  const packs = new Map<string, [Digest, number, number][]>()
  for (const [digest, location] of layout) {
    if (location === null) continue
    const blobs = packs.get(location.pack) ?? []
    blobs.push([digest, location.offset, location.sizeBytes])
    packs.set(location.pack, blobs)
  }
  return encodeDocument({ packs: [...packs].map(([pack, blobs]) => ({ pack, blobs })) })
}

function decodeLayout(bytes: Uint8Array, key: string): ReadonlyMap<Digest, Location> {
  const layout = new Map<Digest, Location>()
  for (const { pack, blobs } of parseDocument(layoutSchema, bytes, key).packs) {
    if (parseBlobName(pack)?.kind !== 'pack') throw damaged(key, `"${pack}" is no pack`)
    for (const [digest, offset, sizeBytes] of blobs) {
      if (!Number.isSafeInteger(offset + sizeBytes)) throw damaged(key, `${digest} ends beyond 2^53`)
      layout.set(digest, { pack, offset, sizeBytes })
    }
  }
  return layout
}

function damaged(key: string, what: string): LadingError {
  return new LadingError('CORRUPT', {
    key,
    detail: `the document is damaged: ${what}`,
    next: 'restore it from a backup of the store; nothing was changed',
  })
}
