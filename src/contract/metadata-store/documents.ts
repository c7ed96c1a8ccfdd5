import type { Digest } from '../../domain/digest.ts'
import type { Location } from '../../ports/blob-store.ts'
import { AT, contentOf, runOf } from './commands.ts'
import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'metadata and layouts', tier: 'quick', requires: [] } as const

/** What is kept beside an artifact's head and versions. */
export const documentCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.edit.last-writer-wins',
    obligation: 'Replaces the metadata of a version; the last writer wins.',
    async run({ artifact, open, key, project, check }) {
      const model = await artifact()
      await model.log('A', { metadata: { a: 1 } })
      await model.log('B')
      const before = await stateOf(model.store, key)
      const [v0, v1] = [
        { ...key, n: 0 },
        { ...key, n: 1 },
      ]
      check.equal(await model.store.metadataEdit(v0, {}), null, 'before')

      const metadata = JSON.parse('{"__proto__": {"b": [1.5, null]}, "": "✓", "constructor": true}') as { b: number }
      const edits = [
        { metadata: { a: 2 }, metadataDigest: null, at: AT, run: runOf(project, 'r1') },
        { metadata: null, metadataDigest: contentOf('large'), at: AT, run: null },
        { metadata, metadataDigest: null, at: '1999-01-01T00:00:00.000Z', run: null },
        { metadata: null, metadataDigest: null, at: AT, run: null },
        { metadata: { a: 2 }, metadataDigest: null, at: AT, run: runOf(project, 'r1') },
      ]
      for (const edit of edits) {
        await (await open()).editMetadata(v0, edit, {})
        check.equal(await model.store.metadataEdit(v0, {}), edit, JSON.stringify(edit))
      }

      check.equal(await model.store.metadataEdit(v1, {}), null, 'another version')
      check.equal(await stateOf(await open(), key), before, 'the artifact')
      const found = await model.store.resolve(key, { kind: 'version', n: 0 }, {})
      check.equal(found?.record.metadata, { a: 1 }, 'what it was logged with')
    },
  },
  {
    ...base,
    id: 'metadata.edit.two-writers',
    requires: ['manyWriters'],
    obligation: 'Replaces the metadata of a version; the last writer wins.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      const edits = Array.from({ length: 8 }, (_, index) => {
        return { metadata: { index }, metadataDigest: null, at: AT, run: null }
      })

      await Promise.all(edits.map(async (edit) => (await open()).editMetadata({ ...key, n: 0 }, edit, {})))

      const kept = await (await open()).metadataEdit({ ...key, n: 0 }, {})
      check.equal(edits.filter((edit) => edit.metadata.index === kept?.metadata?.['index']).length, 1, 'one of them')
    },
  },
  {
    ...base,
    id: 'metadata.layout.written-and-replaced',
    obligation: 'Records where the blobs of a manifest lie. Written before the manifest; a later layout replaces it.',
    async run({ open, project, check }) {
      const [ann, ben] = [await open(), await open()]
      const manifest = contentOf('manifest')
      const at = (pack: string, offset: number): Location => ({
        pack: `packs/${contentOf(pack)}`,
        offset,
        sizeBytes: 7,
      })
      const first = new Map<Digest, Location>([
        [contentOf('a'), at('p', 0)],
        [contentOf('b'), at('p', 7)],
        [contentOf('c'), at('q', 2 ** 40)],
      ])
      const second = new Map<Digest, Location>([[contentOf('a'), at('r', 1)]])
      check.equal(await ann.layout(project, manifest, {}), null, 'before')

      await ann.writeLayout(project, manifest, first, {})
      check.equal(await ben.layout(project, manifest, {}), first, 'written')
      await ann.writeLayout(project, manifest, first, {})
      check.equal(await ben.layout(project, manifest, {}), first, 'written again')
      await ben.writeLayout(project, manifest, second, {})
      check.equal(await ann.layout(project, manifest, {}), second, 'replaced')
      await ann.writeLayout(project, manifest, first, {})
      check.equal(await (await open()).layout(project, manifest, {}), first, 'and back')

      check.equal(await ann.layout(project, contentOf('other'), {}), null, 'of another manifest')
      check.equal(await ann.layout(`${project}-2`, manifest, {}), null, 'in another project')
    },
  },
]
