import { expect, test } from 'vitest'
import { sha256 } from '../../../src/domain/digest.ts'
import { createManifest, manifestDigest } from '../../../src/domain/manifest.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import { databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

const ROUND = { ...KEY, id: 'night', round: 0 }
const MANIFEST = createManifest([{ path: 'a', digest: sha256('A'), size: 1 }])
const TOLD = { at: '2026-01-01T00:00:00.000Z', run: { project: 'demo', id: 'ann', name: 'ann' } }
const FACTS = { type: 'model', metadata: null, metadataDigest: null, description: null }
const FINISH = {
  kind: 'finish',
  opId: 'end',
  ...TOLD,
  ...FACTS,
  baseRev: 0,
  aliases: [],
  onConflict: 'refuse',
} as const

/** A round with one part that somebody has closed, by this text in the place of the fact. */
async function closedBy(text: string): Promise<MetadataStore> {
  const file = databaseFile()
  const store = openFile(file)
  await store.drafts.upsert(ROUND, { opId: 'part', ...TOLD, ...FACTS, manifest: manifestDigest(MANIFEST) }, {})
  await store.drafts.abandon(ROUND, { kind: 'abandon', opId: 'end', ...TOLD }, {})
  const database = rawDatabase(file)
  database.exec('DELETE FROM draft_results')
  database.prepare("UPDATE draft_facts SET body = ? WHERE kind = 'closing'").run(text)
  database.close()
  return openFile(file)
}

test.each([
  'null',
  '5',
  '{}',
  '{"kind":"finish"}',
  JSON.stringify({ ...FINISH, aliases: ['../x', 5] }),
  JSON.stringify({ ...FINISH, metadataDigest: 'zz' }),
  JSON.stringify({ ...FINISH, run: null }),
  JSON.stringify({ ...FINISH, description: 'x'.repeat(20_000) }),
])('a closing that no lading writes is CORRUPT, and nothing of it gets into a version: %s', async (text) => {
  const store = await closedBy(text)
  const finishing = { manifestOf: async () => MANIFEST, confirm: async () => {} }

  await expect(store.drafts.finish(ROUND, FINISH, finishing)).rejects.toMatchObject({ code: 'CORRUPT' })

  expect(await store.head(KEY, {})).toBeNull()
})
