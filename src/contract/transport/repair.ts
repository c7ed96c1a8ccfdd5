import { sha256 } from '../../domain/digest.ts'
import type { BlobItem } from '../../ports/blob-store.ts'
import { sourceOf } from '../data.ts'
import { changeOf, logFiles, readFiles } from './context.ts'
import type { TransportCase } from './context.ts'

const base = { category: 'repair', tier: 'quick', requires: ['repair'] } as const

/** Good bytes for stored ones; that damaged ones are replaced, the contract of BlobStore shows. */
export const repairCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.repair.sound',
    obligation: 'answers the digests of those that were replaced. Requires `repair`.',
    async run({ open, key, files, check }) {
      const [ann, content] = [await open(), files('A')]
      await logFiles(ann, key, { files: content })
      const items = Object.values(content).map(itemOf)

      const replaced = await ann.repair({ ...key, n: 0 }, items, {})

      check.equal([...replaced], [], 'of a version that is sound')
      check.equal([...(await ann.repair({ ...key, n: 0 }, [], {}))], [], 'of nothing')
      const seen = await readFiles(await open(), key, 0)
      for (const [path, bytes] of Object.entries(content)) check.bytesEqual(seen[path], bytes, path)
    },
  },
  {
    ...base,
    id: 'transport.repair.refused',
    obligation: 'Must reject `NOT_FOUND` unless the version is live, `INVALID` for a blob that it does not have.',
    async run({ open, key, files, bytes, capabilities, check }) {
      const [ann, content] = [await open(), files('A')]
      await logFiles(ann, key, { files: content })
      const own = itemOf(content['a.bin']!)
      const foreign = itemOf(bytes('foreign', 1_000))

      await check.rejects(ann.repair({ ...key, n: 0 }, [own, foreign], {}), 'INVALID', 'a foreign blob')
      const another = { ...own, sizeBytes: own.sizeBytes + 1, source: sourceOf(bytes('a', 1), { sized: false }) }
      await check.rejects(ann.repair({ ...key, n: 0 }, [another], {}), 'INVALID', 'another size')
      await check.rejects(ann.repair({ ...key, n: 1 }, [own], {}), 'NOT_FOUND', 'a version that is not there')
      if (!capabilities.has('delete')) return
      await ann.deleteVersion({ ...key, n: 0 }, { ...changeOf(), withAliases: true }, {})
      await check.rejects(ann.repair({ ...key, n: 0 }, [own], {}), 'NOT_FOUND', 'a deleted version')
    },
  },
]

function itemOf(bytes: Uint8Array): BlobItem {
  return { digest: sha256(bytes), sizeBytes: bytes.length, source: sourceOf(bytes) }
}
