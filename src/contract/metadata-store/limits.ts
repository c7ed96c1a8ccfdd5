import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'descriptions and limits', tier: 'quick', requires: [] } as const

const REFUSED = "Must reject with the refusal's code when it is refused; nothing is changed then."
const DECIDED = 'Must decide by `decide`, and make the decision durable before it answers.'

const ALIASES_MAX = 1_000
const DESCRIPTION_BYTES_MAX = 16 * 1024

/** What an artifact may have at most; and its description. */
export const limitCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.describe.replaces',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await check.rejects(model.describe('too early'), 'NOT_FOUND', 'an artifact that was never logged')
      await model.log('A')
      const before = await stateOf(await open(), key)

      for (const text of ['first', 'second\n"✓"\u0000', '']) {
        check.equal(await model.describe(text), { n: null, created: false, aliases: [] }, 'the answer')
        check.equal(await stateOf(await open(), key), { ...before!, description: text }, JSON.stringify(text))
      }
    },
  },
  {
    ...base,
    id: 'metadata.limits.description',
    obligation: REFUSED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      const [most, more] = ['é'.repeat(DESCRIPTION_BYTES_MAX / 2), `${'é'.repeat(DESCRIPTION_BYTES_MAX / 2)}a`]
      await check.rejects(model.log('A', { description: more }), 'INVALID', 'with the first version')
      await model.log('A', { description: most })
      const before = await stateOf(await open(), key)

      await check.rejects(model.describe(more), 'INVALID', 'described')
      await check.rejects(model.log('B', { description: more }), 'INVALID', 'with new content')
      await check.rejects(model.log('A', { description: more }), 'INVALID', 'with known content')

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      await model.setAlias('prod', 0)
      check.equal((await model.log('B')).n, 1, 'other commands go on')
    },
  },
  {
    ...base,
    id: 'metadata.limits.aliases',
    obligation: REFUSED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      const aliases = Array.from({ length: ALIASES_MAX }, (_, index) => `alias-${index}`)
      await check.rejects(model.log('A', { aliases: [...aliases, 'more'] }), 'INVALID', 'all at once')
      check.equal((await stateOf(await open(), key))?.versions ?? [], [], 'no version')
      await model.log('A', { aliases })
      const before = await stateOf(await open(), key)

      await check.rejects(model.setAlias('more', 0), 'INVALID', 'one more')
      await check.rejects(model.log('B', { aliases: ['more'] }), 'INVALID', 'one more, with new content')
      await check.rejects(model.log('A', { aliases: ['more'] }), 'INVALID', 'one more, with known content')
      check.equal(await stateOf(await open(), key), before, 'nothing is changed')

      await model.log('B', { aliases: aliases.slice(0, 3) })
      await model.setAlias('alias-0', 0)
      await model.setAlias('alias-1', null)
      await model.setAlias('more', 1)
      check.equal((await stateOf(await open(), key))?.aliases.length, ALIASES_MAX, 'moves at the limit')
    },
  },
]
