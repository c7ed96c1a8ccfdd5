import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'staging', tier: 'quick', requires: ['staging'] } as const

/** Bytes whose key is known at the end. */
export const stagingCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.stage.publish',
    obligation: 'Makes the bytes the object `key`, if there is none.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      for (const size of [0, 1, 3 * 1024 * 1024]) {
        const body = bytes(`${size}`, size)
        const staged = await store.stage({})
        for (let offset = 0; offset < size; offset += 600_000)
          await staged.write(body.subarray(offset, offset + 600_000))

        const answer = await staged.publish(key(`d/${size}`))

        check.equal(answer, 'created')
        check.bytesEqual(await readAll(await open(), key(`d/${size}`)), body, `${size} bytes`)
      }
    },
  },
  {
    ...base,
    id: 'object.stage.keeps-the-first',
    obligation: 'Must leave an existing object as it is and answer `exists`.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), bytes('first', 100), {})
      const staged = await store.stage({})
      await staged.write(bytes('second', 1_000))

      const answer = await staged.publish(key('a'))

      // A store need not vouch for what was not staged.
      check.equal(answer === 'created', false, answer)
      check.bytesEqual(await readAll(await open(), key('a')), bytes('first', 100))
    },
  },
  {
    ...base,
    id: 'object.stage.one-winner',
    obligation: 'Must leave an existing object as it is and answer `exists`.',
    async run({ open, key, bytes, check }) {
      const handles = [await open(), await open()]
      const bodies = Array.from({ length: 10 }, (_, n) => bytes(`${n}`, 5_000))
      const staged = await Promise.all(bodies.map((_, n) => handles[n % 2]!.stage({})))
      for (const [n, body] of bodies.entries()) await staged[n]!.write(body)

      const results = await Promise.allSettled(staged.map((each) => each.publish(key('a'))))

      const winner = check.oneWinner(results, { losers: 'exists' })
      check.bytesEqual(await readAll(await open(), key('a')), bodies[winner]!, "the winner's body")
    },
  },
  {
    ...base,
    id: 'object.stage.replaces',
    obligation: 'Makes the bytes the object `key`, whatever is there.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('there'), bytes('before', 5_000), {})
      for (const name of ['there', 'free']) {
        const staged = await store.stage({})
        await staged.write(bytes(name, 100))

        await staged.replace(key(name))

        check.bytesEqual(await readAll(await open(), key(name)), bytes(name, 100), name)
      }
    },
  },
  {
    ...base,
    id: 'object.stage.vouched-for',
    obligation: 'Whether the store vouches that the bytes are those that were staged.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      for (const name of ['published', 'replaced']) {
        const staged = await store.stage({})
        await staged.write(bytes(name, 100))
        if (name === 'published') await staged.publish(key(name))
        else await staged.replace(key(name))

        const again = await store.stage({})
        await again.write(bytes(name, 100))

        check.equal((await (await open()).stat(key(name), {}))?.pristine, true, name)
        check.equal(await again.publish(key(name)), 'exists', `${name}, staged again`)
      }
    },
  },
  {
    ...base,
    id: 'object.stage.other-size',
    obligation:
      'Answers `suspect` instead if what is there has another size, or if the store does not vouch for it, as `stat` says:',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const [cut, whole] = [await store.stage({}), await store.stage({})]
      await cut.write(bytes('a', 50))
      await cut.publish(key('a'))
      await whole.write(bytes('whole', 100))

      const answer = await whole.publish(key('a'))
      await whole.replace(key('a'))

      check.equal(answer, 'suspect')
      check.bytesEqual(await readAll(await open(), key('a')), bytes('whole', 100))
    },
  },
  {
    ...base,
    id: 'object.stage.reused-buffer',
    obligation: 'Takes the next bytes. They may be reused by the caller once the promise is settled.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const staged = await store.stage({})
      const buffer = Buffer.alloc(1_000)
      for (let n = 0; n < 5; n++) {
        buffer.set(bytes(`${n}`, 1_000))
        await staged.write(buffer)
        buffer.fill(0xee)
      }

      await staged.publish(key('a'))

      const expected = Buffer.concat([0, 1, 2, 3, 4].map((n) => bytes(`${n}`, 1_000)))
      check.bytesEqual(await readAll(store, key('a')), expected)
    },
  },
  {
    ...base,
    id: 'object.stage.invisible',
    obligation: 'Must not make anything visible under any key but temporary ones.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      const staged = await ann.stage({})
      for (let n = 0; n < 3; n++) {
        await staged.write(bytes('a', 500_000))

        check.equal(await listNames(ben, namespace), [], `after ${n + 1} writes`)
        check.equal(await ben.stat(key('a'), {}), null, `after ${n + 1} writes`)
      }

      await staged.publish(key('a'))

      check.equal(await listNames(ben, namespace), ['a'], 'after it was published')
    },
  },
  {
    ...base,
    id: 'object.stage.discard',
    obligation: 'Drops the bytes. Harmless after `publish` and `replace`.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const [published, discarded] = [await store.stage({}), await store.stage({})]
      for (const staged of [published, discarded]) await staged.write(bytes('a', 100_000))
      await published.publish(key('a'))

      for (const staged of [published, discarded, discarded]) await staged.discard()

      check.equal(await listNames(await open(), namespace), ['a'])
      check.bytesEqual(await readAll(store, key('a')), bytes('a', 100_000))
    },
  },
  {
    ...base,
    id: 'object.stage.abort',
    obligation: 'Must settle soon after `signal` fires, and after an abort nothing new may become visible',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const controller = new AbortController()
      const staged = await store.stage({ signal: controller.signal })
      await staged.write(bytes('a', 100_000))

      controller.abort()

      await check.rejects(staged.write(bytes('b', 10)), 'ABORTED', 'write')
      await check.rejects(staged.publish(key('a')), 'ABORTED', 'publish')
      await staged.discard()
      check.equal(await listNames(store, namespace), [])
    },
  },
  {
    ...base,
    id: 'object.stage.many-at-once',
    obligation: 'Starts an object whose key is known only at its end.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const names = Array.from({ length: 10 }, (_, n) => `${n}`)
      const staged = await Promise.all(names.map(() => store.stage({})))
      for (let part = 0; part < 3; part++) {
        await Promise.all(names.map((name, n) => staged[n]!.write(bytes(`${name}/${part}`, 10_000))))
      }

      await Promise.all(names.map((name, n) => staged[n]!.publish(key(name))))

      for (const name of names) {
        const expected = Buffer.concat([0, 1, 2].map((part) => bytes(`${name}/${part}`, 10_000)))
        check.bytesEqual(await readAll(store, key(name)), expected, name)
      }
    },
  },
]
