import { expect, test } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { encodeDocument } from '../../src/domain/canonical-json.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { createPorts } from '../../src/index.ts'
import { checkedBlobStore } from '../../src/ports/facade/blob-store.ts'
import { layoutKey } from '../../src/protocol/keys.ts'

const DIGEST = sha256(new Uint8Array(1))
const PACK = `packs/${DIGEST}`

test.each([
  ['a pack that is a blob', { pack: `blobs/${DIGEST.slice(0, 2)}/${DIGEST}`, blobs: [[DIGEST, 0, 1]] }],
  ['a pack outside the project', { pack: `../other/${PACK}`, blobs: [[DIGEST, 0, 1]] }],
  ['a negative offset', { pack: PACK, blobs: [[DIGEST, -1, 1]] }],
  ['half a byte', { pack: PACK, blobs: [[DIGEST, 0, 0.5]] }],
  ['an end beyond 2^53', { pack: PACK, blobs: [[DIGEST, Number.MAX_SAFE_INTEGER, 1]] }],
])('a layout with %s is CORRUPT, naming its key', async (_, pack) => {
  const objects = createMemoryObjectStore()
  const key = layoutKey('demo', DIGEST)
  await objects.putIfAbsent(key, encodeDocument({ packs: [pack] }), {})

  const reading = createPorts(objects).metadata.layout('demo', DIGEST, {})

  await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', key })
})

test('a blob whose layout gives it another size than its manifest is CORRUPT, not a mistake of the caller', async () => {
  const blobs = checkedBlobStore(createPorts(createMemoryObjectStore()).blobs).in('demo')
  const location = { pack: PACK, offset: 0, sizeBytes: 1 }

  const reading = blobs.read([{ digest: DIGEST, sizeBytes: 2, location }], async () => undefined, {})

  await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', key: DIGEST })
})
