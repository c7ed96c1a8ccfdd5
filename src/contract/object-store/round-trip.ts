import type { StoredObject } from '../../ports/object-store.ts'
import { sourceOf } from '../data.ts'
import { readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'round trip', tier: 'quick', requires: [] } as const

const KIB = 1024
const MIB = 1024 * KIB
const SIZES = [0, 1, 4_095, 64 * KIB, 64 * KIB + 1, 5 * MIB]

/** What goes in comes out, whole, by every way in and out. */
export const roundTripCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.round-trip.bytes',
    obligation: 'Reads a whole object into memory; null when there is none.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const size of SIZES) {
        const [name, body] = [key(`${size}`), bytes(`${size}`, size)]

        await ann.putIfAbsent(name, body, {})

        check.bytesEqual((await ben.get(name, {}))?.bytes, body, `get of ${size} bytes`)
        check.bytesEqual(await readAll(ben, name), body, `read of ${size} bytes`)
        check.equal((await ben.stat(name, {}))?.sizeBytes, size, `stat of ${size} bytes`)
      }
    },
  },
  {
    ...base,
    id: 'object.round-trip.sources',
    obligation: 'A chunk stays valid until the next one is asked for, and no longer: sources reuse their buffers.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      for (const size of SIZES) {
        for (const sized of [true, false]) {
          const [name, body] = [key(`${size}/${sized}`), bytes(`${size}`, size)]

          await store.putIfAbsent(name, sourceOf(body, { sized, chunkBytes: 60_000 }), {})

          check.bytesEqual(await readAll(store, name), body, `${size} bytes, ${sized ? 'announced' : 'not announced'}`)
        }
      }
    },
  },
  {
    ...base,
    id: 'object.round-trip.put',
    obligation: 'Writes an object whatever is there.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const size of [5_000, 0, 70_000, 1]) {
        await ann.put(key('a'), bytes(`${size}`, size), {})

        check.bytesEqual((await ben.get(key('a'), {}))?.bytes, bytes(`${size}`, size), `${size} bytes, over others`)
      }
    },
  },
  {
    ...base,
    id: 'object.round-trip.missing',
    obligation: 'What is known of an object without reading it; null when there is none.',
    async run({ open, key, check }) {
      const store = await open()

      check.equal(await store.get(key('a'), {}), null, 'get')
      check.equal(await store.read(key('a/b'), {}), null, 'read')
      check.equal(await store.read(key('a'), { range: { from: 1 } }), null, 'read of a range')
      check.equal(await store.stat(key('a'), {}), null, 'stat')
    },
  },
  {
    ...base,
    id: 'object.round-trip.one-state',
    obligation: 'Must answer bytes and etag of one state, never of two.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const etags = new Set<string>()
      for (let n = 0; n < 20; n++) {
        await store.put(key('a'), bytes(`${n}`, 1_000), {})
        const found = await store.get(key('a'), {})

        check.equal((await store.stat(key('a'), {}))?.etag, found?.etag, 'stat and get have one etag')
        etags.add(found!.etag)
      }

      check.equal(etags.size, 20, 'an etag for each of 20 contents of one size')
    },
  },
  {
    ...base,
    id: 'object.round-trip.torn-read',
    obligation: 'Must answer bytes and etag of one state, never of two.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const bodies = [bytes('even', 200_000), bytes('odd', 100_000)] as const
      await ann.put(key('a'), bodies[0], {})

      const seen: Uint8Array[] = []
      const write = async (): Promise<void> => {
        for (let n = 1; n <= 30; n++) await ann.put(key('a'), bodies[n % 2 === 0 ? 0 : 1], {})
      }
      const read = async (): Promise<void> => {
        for (let n = 0; n < 30; n++) seen.push((await ben.get(key('a'), {}))!.bytes)
      }
      await Promise.all([write(), read()])

      for (const found of seen) check.bytesEqual(found, bodies[found.length === 200_000 ? 0 : 1], 'one of both bodies')
    },
  },
  {
    ...base,
    id: 'object.round-trip.torn-etag',
    obligation: 'Must answer bytes and etag of one state, never of two.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const written = new Map<string, Uint8Array>()
      const seen: StoredObject[] = []
      const write = async (n: number): Promise<void> => {
        await ann.put(key('a'), bytes(`${n}`, 1_000), {})
        written.set((await ann.stat(key('a'), {}))!.etag, bytes(`${n}`, 1_000))
      }
      await write(0)

      const reading = (async () => {
        for (let n = 0; n < 30; n++) seen.push((await ben.get(key('a'), {}))!)
      })()
      for (let n = 1; n <= 30; n++) await write(n)
      await reading

      for (const { bytes: found, etag } of seen) {
        check.bytesEqual(written.get(etag), found, 'the state that has this etag')
      }
    },
  },
  {
    ...base,
    id: 'object.round-trip.copies',
    obligation: "An object's bytes in memory, with their etag.",
    async run({ open, key, bytes, check }) {
      const store = await open()
      const body = bytes('a', 1_000)
      const given = Buffer.from(body)
      await store.put(key('put'), given, {})
      await store.putIfAbsent(key('created'), given, {})

      given.fill(0)
      const found = await store.get(key('put'), {})
      found!.bytes.fill(0)

      check.bytesEqual((await store.get(key('put'), {}))?.bytes, body, 'after the caller changed its buffers')
      check.bytesEqual((await store.get(key('created'), {}))?.bytes, body, 'after the caller changed its buffer')
    },
  },
  {
    ...base,
    id: 'object.round-trip.chunks',
    obligation: 'Chunks are of at least 64 KiB where the object is larger.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), bytes('a', 5 * MIB), {})

      const sizes: number[] = []
      for await (const chunk of (await store.read(key('a'), {}))!) sizes.push(chunk.length)

      check.equal(
        sizes.slice(0, -1).filter((size) => size < 64 * KIB),
        [],
        'smaller chunks before the last',
      )
    },
  },
  {
    ...base,
    id: 'object.round-trip.left-early',
    obligation: 'Reads an object, or a range of it, as a stream; null when there is none.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), bytes('a', 5 * MIB), {})

      for (let n = 0; n < 20; n++) {
        for await (const chunk of (await store.read(key('a'), {}))!) {
          check.bytesEqual(chunk, bytes('a', chunk.length), 'the first chunk')
          break
        }
      }

      check.bytesEqual(await readAll(store, key('a')), bytes('a', 5 * MIB), 'a whole read after others were left')
    },
  },
]
