import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/domain/digest.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import { countedChunks, verifiedChunks, verifiedSource } from '../../../src/ports/facade/verified-bytes.ts'

const CONTENT = new Uint8Array([1, 2, 3, 4, 5, 6, 7])
const DIGEST = sha256(CONTENT)
const mismatch = (detail: string) => new LadingError('CORRUPT', { detail })

describe.each([{ sizeBytes: 7 }, { sizeBytes: null }])('verified bytes of size $sizeBytes', ({ sizeBytes }) => {
  const expected = { digest: DIGEST, sizeBytes }

  test('arrive as they are, from a source that reuses its buffer', async () => {
    const { taken } = await take(verifiedChunks(reusing(CONTENT, 3), expected, mismatch))

    expect(taken).toEqual([...CONTENT])
  })

  test.each([
    ['wrong', [1, 2, 3, 4, 5, 6, 8]],
    ['missing', [1, 2, 3, 4, 5, 6]],
    ['surplus', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['no', []],
  ])('that are %s never arrive whole', async (_, bytes) => {
    const { taken, error } = await take(verifiedChunks(reusing(new Uint8Array(bytes), 3), expected, mismatch))

    expect(error).toMatchObject({ code: 'CORRUPT' })
    expect(taken.length).toBeLessThan(7)
  })

  test('are verified at each reading of a source', async () => {
    let reads = 0
    const source = { sizeBytes: 7, read: () => reusing(reads++ === 0 ? CONTENT : CONTENT.toReversed(), 3) }
    const verified = verifiedSource(source, expected, mismatch)

    const [first, second] = [await take(verified.read({})), await take(verified.read({}))]

    expect(verified.sizeBytes).toBe(sizeBytes)
    expect(first.error).toBeNull()
    expect(second.error).toMatchObject({ code: 'CORRUPT' })
  })

  test('let their source end when the taker stops', async () => {
    let ended = false
    const chunks = verifiedChunks(
      reusing(CONTENT, 3, () => (ended = true)),
      expected,
      mismatch,
    )

    for await (const chunk of chunks) if (chunk.length > 0) break

    expect(ended).toBe(true)
  })
})

describe('verified bytes', () => {
  test('of no length arrive as nothing, when that is their digest', async () => {
    const nothing = { digest: sha256(''), sizeBytes: 0 }

    expect(await take(verifiedChunks(reusing(new Uint8Array(), 1), nothing, mismatch))).toEqual({
      taken: [],
      error: null,
    })
  })

  test('are handed over before they are hashed, all but the last chunk', async () => {
    const wrong = { digest: sha256('other'), sizeBytes: 7 }

    const { taken, error } = await take(verifiedChunks(reusing(CONTENT, 3), wrong, mismatch))

    expect(taken).toEqual([1, 2, 3, 4, 5, 6])
    expect(error).toMatchObject({ detail: `expected SHA-256 ${wrong.digest}, found ${DIGEST}` })
  })
})

describe('counted bytes', () => {
  test.each([
    [6, 'expected 6 bytes, found more'],
    [8, 'expected 8 bytes, found 7'],
  ])('are not %i when they are 7', async (sizeBytes, detail) => {
    const { error } = await take(countedChunks(reusing(CONTENT, 3), sizeBytes, mismatch))

    expect(error).toMatchObject({ code: 'CORRUPT', detail })
  })
})

async function take(chunks: AsyncIterable<Uint8Array>): Promise<{ taken: number[]; error: unknown }> {
  const taken: number[] = []
  try {
    for await (const chunk of chunks) taken.push(...chunk)
  } catch (error) {
    return { taken, error }
  }
  return { taken, error: null }
}

async function* reusing(bytes: Uint8Array, chunkBytes: number, onEnd = () => {}): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes)
  try {
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      const part = bytes.subarray(offset, offset + chunkBytes)
      buffer.set(part)
      yield buffer.subarray(0, part.length)
      buffer.fill(0)
    }
  } finally {
    onEnd()
  }
}
