import { sha256 } from '../../src/domain/digest.ts'
import type { ReadPart } from '../../src/domain/draft.ts'
import { createManifest, manifestDigest } from '../../src/domain/manifest.ts'

/** A part of a run: path → content. */
export function partOf(opId: string, run: string, files: Readonly<Record<string, string>>): ReadPart {
  const manifest = createManifest(
    Object.entries(files).map(([path, text]) => ({ path, digest: sha256(text), size: text.length })),
  )
  const told = { opId, at: '2026-01-01T00:00:00.000Z', run: { project: 'demo', id: run, name: run } }
  const facts = { type: 'model', metadata: null, metadataDigest: null, description: null }
  return { part: { ...told, ...facts, manifest: manifestDigest(manifest) }, manifest }
}
