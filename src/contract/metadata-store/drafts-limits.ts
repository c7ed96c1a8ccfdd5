import { ENTRIES_MAX } from '../../domain/manifest.ts'
import type { CallOptions } from '../../ports/call.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'
import {
  abandonmentOf,
  collaboratorIn,
  collaborators,
  finishOf,
  FINISHING,
  manifestOf,
  partOf,
} from './drafts-context.ts'
import type { Collaborator } from './drafts-context.ts'

const base = { category: 'drafts: limits and lifetime', tier: 'quick', requires: ['drafts'] } as const

const FINISHES = 'Makes the parts of a round one version. Idempotent: a round that has its version answers it.'

/** What is refused, and what is stopped. */
export const draftLimitCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.limits.aliases',
    obligation: FINISHES,
    async run(context) {
      const { artifact, open, key, check } = context
      const [ann, ben] = await collaborators(context)
      const aliases = Array.from({ length: 1_000 }, (_, index) => `alias-${index}`)
      const model = await artifact()
      await ann.upsert('ann', { a: 'A' })
      await check.rejects(ann.finish({ aliases: [...aliases, 'more'] }), 'INVALID', 'too many at once')
      check.equal(
        (await pagesOf((options) => ann.store.drafts.list(key, options), { limit: 1 }))[0]?.closing,
        false,
        'the round is open',
      )
      await model.log('A', { aliases })

      await check.rejects(ann.finish({ aliases: ['more'] }), 'UNKNOWN_OUTCOME', 'one more than there may be')
      check.equal((await stateOf(await open(), key))?.versions.length, 1, 'no version is made')
      await model.setAlias('alias-7', null)
      const { n } = await ben.finish()

      check.equal([n, (await ann.finish()).n], [1, 1], 'once there is room, the finish goes on')
      check.equal((await stateOf(await open(), key))?.aliases.at(-1), ['more', 1], 'with its aliases')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.limits.entries',
    tier: 'full',
    obligation: FINISHES,
    async run(context) {
      const { key, check } = context
      const [ann, ben] = await collaborators(context)
      const half = ENTRIES_MAX / 2
      for (const [run, count] of [
        ['ann', half],
        ['ben', half],
        ['cid', 1],
      ] as const) {
        const files = Array.from({ length: count }, (_, index) => [`${run}/${index}`, 'same'] as const)
        await ann.upsert(run, Object.fromEntries(files))
      }

      await check.rejects(ben.finish(), 'INVALID', 'the union is too large')

      check.equal(
        (await pagesOf((options) => ben.store.drafts.list(key, options), { limit: 1 }))[0]?.closing,
        false,
        'the round is open',
      )
      await ben.abandon()
      check.equal(await ann.open(), 1, 'it can be abandoned')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.arguments',
    obligation: 'The distributed id, 1–512 characters.',
    async run({ open, key, check }) {
      const store = await open()
      for (const id of ['', 'x'.repeat(513), '\ud800']) {
        const draft = collaboratorIn(store, { ...key, id })
        const name = `an id of ${id.length}`
        await check.rejects(draft.open(), 'INVALID', name)
        await check.rejects(draft.upsert('ann', { a: 'A' }), 'INVALID', name)
        await check.rejects(draft.finish(), 'INVALID', name)
        await check.rejects(draft.abandon(), 'INVALID', name)
      }
      const draft = collaboratorIn(store, { ...key, id: 'night' })
      for (const round of [-1, 0.5, Number.NaN, 10 ** 10]) {
        await check.rejects(draft.upsert('ann', { a: 'A' }, { round }), 'INVALID', `round ${round}`)
        await check.rejects(draft.finish({ round }), 'INVALID', `round ${round}`)
        await check.rejects(draft.abandon({ round }), 'INVALID', `round ${round}`)
      }
      for (const opId of ['', 'a/b', '..', 'x'.repeat(129)]) {
        await check.rejects(draft.upsert('ann', { a: 'A' }, { opId }), 'INVALID', `the operation ${opId}`)
      }
      for (const limit of [0, -1, 1.5, 1_001]) {
        await check.rejects(store.drafts.list(key, { limit }), 'INVALID', `a page of ${limit}`)
      }
      check.equal(await pagesOf((options) => store.drafts.list(key, options), { limit: 10 }), [], 'nothing is recorded')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.aborted',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })

      const signal = AbortSignal.abort()
      for (const [name, call] of Object.entries(callsOf(ann))) await check.rejects(call({ signal }), 'ABORTED', name)

      const [summary] = await pagesOf(async (options) => (await open()).drafts.list(key, options), { limit: 10 })
      check.equal([summary?.parts, summary?.closing], [1, false], 'the round is as it was')
      check.equal((await ben.finish()).n, 0, 'and is finished')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.closed',
    obligation: '`CLOSED` after `close`.',
    async run(context) {
      const { check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })

      await ann.store.close()

      for (const [name, call] of Object.entries(callsOf(ann))) await check.rejects(call({}), 'CLOSED', name)
      check.equal((await ben.finish()).n, 0, 'another handle goes on')
    },
  },
]

/** Every call on a draft, in its round 0. */
function callsOf({
  store: { drafts },
  draft,
}: Collaborator): Record<string, (options: CallOptions) => Promise<unknown>> {
  const round = { ...draft, round: 0 }
  const part = partOf(draft, 'ben', { manifest: manifestOf({ b: 'B' }) })
  return {
    round: (options) => drafts.round(draft, options),
    upsert: (options) => drafts.upsert(round, part, options),
    finish: (options) => drafts.finish(round, finishOf(draft), { ...FINISHING, ...options }),
    abandon: (options) => drafts.abandon(round, abandonmentOf(), options),
    list: (options) => drafts.list(draft, { ...options, limit: 1 }),
  }
}
