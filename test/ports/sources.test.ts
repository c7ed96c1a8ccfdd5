import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { bytesSource, streamSource } from '../../src/ports/sources.ts'

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const chunk of chunks) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

describe('bytesSource', () => {
  it.each([0, 1, 4 * 1024 * 1024, 9 * 1024 * 1024 + 1])('gives %i bytes, as often as asked', async (length) => {
    const bytes = Buffer.alloc(length, 'lading')
    const source = bytesSource(bytes)

    const [first, second] = [await readAll(source.read({})), await readAll(source.read({}))]

    expect(source.sizeBytes).toBe(length)
    expect([first.equals(bytes), second.equals(bytes)]).toEqual([true, true])
  })

  it('copies nothing', async () => {
    const bytes = new Uint8Array([1, 2, 3])

    for await (const chunk of bytesSource(bytes).read({})) expect(chunk.buffer).toBe(bytes.buffer)
  })

  it('stops between two chunks when the signal fires', async () => {
    const abort = new AbortController()
    const read = bytesSource(new Uint8Array(5 * 1024 * 1024)).read({ signal: abort.signal })
    const chunks = read[Symbol.asyncIterator]()
    await chunks.next()

    abort.abort()

    await expect(chunks.next()).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('streamSource', () => {
  it.each([
    ['a web stream', () => new Blob(['one', 'two']).stream()],
    ['a Node stream', () => Readable.from([Buffer.from('one'), Buffer.from('two')])],
    ['an iterable', () => givenChunks('one', 'two')],
  ])('gives the bytes of %s', async (_, open) => {
    const source = streamSource(open())

    const bytes = await readAll(source.read({}))

    expect(bytes.toString()).toBe('onetwo')
    expect(source.sizeBytes).toBeNull()
  })

  it('refuses a second read', async () => {
    const source = streamSource(givenChunks('one'))
    await readAll(source.read({}))

    const second = readAll(source.read({}))

    await expect(second).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('refuses text', async () => {
    const read = readAll(streamSource(Readable.from(['text']) as AsyncIterable<Uint8Array>).read({}))

    await expect(read).rejects.toMatchObject({ code: 'INVALID', detail: expect.stringContaining('string') })
  })

  it('lets an error of the stream through', async () => {
    const broken = new Error('the line is dead')

    const read = readAll(streamSource(failingStream(broken)).read({}))

    await expect(read).rejects.toBe(broken)
  })

  it('does not wait for a stream that hangs when the signal fires', async () => {
    const abort = new AbortController()
    const hanging = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    const read = readAll(streamSource(hanging).read({ signal: abort.signal }))

    abort.abort()

    await expect(read).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('closes a stream that is not read to its end', async () => {
    let closed = false
    async function* stream() {
      try {
        yield* givenChunks('one', 'two')
      } finally {
        closed = true
      }
    }

    for await (const _ of streamSource(stream()).read({ signal: new AbortController().signal })) break

    expect(closed).toBe(true)
  })
})

async function* givenChunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function* failingStream(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one')
  throw error
}
