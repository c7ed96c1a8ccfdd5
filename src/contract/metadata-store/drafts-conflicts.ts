import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'
import { collaborators, manifestOf, readManifest } from './drafts-context.ts'

const base = { category: 'drafts: conflicts', tier: 'quick', requires: ['drafts'] } as const

const REFUSES =
  'Must reject `CONFLICT`, naming path and runs, when parts disagree and nobody has chosen; `CONFLICT` also when the round was abandoned; `NOT_FOUND` when it has no parts.'

/** Parts that do not fit together, and who decides. */
export const draftConflictCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.finish.conflict',
    obligation: REFUSES,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { z: 'A', 'dir/path': 'A' })
      await ben.upsert('ben', { z: 'B', 'dir/path': 'B' })
      await ben.upsert('cid', { c: 'C' })

      const { detail } = await check.rejects(ann.finish(), 'CONFLICT')

      const named = ['dir/path', 'ann', 'ben', 'cid'].filter((name) => detail.includes(name))
      check.equal(named, ['dir/path', 'ann', 'ben'], 'what the error names')
      const [summary] = await pagesOf(async (options) => (await open()).drafts.list(key, options), { limit: 10 })
      check.equal([summary?.round.round, summary?.closing], [0, false], 'the round is open')
      await ben.upsert('ben', { z: 'A', 'dir/path': 'A' })
      await ben.finish()
      const union = manifestOf({ z: 'A', 'dir/path': 'A', c: 'C' })
      check.equal((await stateOf(await open(), key))?.versions, [[union, 'live']], 'after one has sent it again')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.conflict-of-folders',
    obligation: REFUSES,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'file' })
      await ben.upsert('ben', { 'a/b/c': 'in a folder' })

      const { detail } = await check.rejects(ann.finish(), 'CONFLICT')
      const named = ['"a', 'ann', 'ben'].filter((name) => detail.includes(name))
      check.equal(named, ['"a', 'ann', 'ben'], 'what the error names')
      await ann.finish({ onConflict: 'last' })

      const later = manifestOf({ 'a/b/c': 'in a folder' })
      check.equal((await stateOf(await open(), key))?.versions, [[later, 'live']], 'the later part wins')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.last',
    obligation:
      "What is done when parts of two runs hold different content under one path: `last` takes the later part's.",
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ben.upsert('ben', { a: 'B', b: 'B', c: 'B' }, { opId: 'op-2' })
      await ann.upsert('ann', { a: 'A', b: 'A', d: 'A' }, { opId: 'op-1' })
      await ann.upsert('ann', { b: 'A, later' }, { opId: 'op-3' })

      await ann.finish({ onConflict: 'last' })

      const union = manifestOf({ a: 'B', b: 'A, later', c: 'B', d: 'A' })
      check.equal((await stateOf(await open(), key))?.versions, [[union, 'live']])
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.type',
    obligation: 'Must reject `CONFLICT` when it, the artifact or a part have different types.',
    async run(context) {
      const { artifact, open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' }, { type: 'data' })

      await check.rejects(ben.finish(), 'CONFLICT', 'the parts have another type')
      check.equal(
        (await pagesOf((options) => ben.store.drafts.list(key, options), { limit: 1 }))[0]?.closing,
        false,
        'the round is open',
      )
      await (await artifact()).log('A')
      await check.rejects(ben.finish({ type: 'data' }), 'CONFLICT', 'the artifact has got another type')

      check.equal((await stateOf(await open(), key))?.versions.length, 1, 'no version is made')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.choice',
    obligation: 'How a conflict is solved that came up after the round was closed. Created once, used by all.',
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      let met = false
      const manifestOfLater = async (digest: Parameters<typeof readManifest>[0]) => {
        // Between the finisher's look at the parts and its closing.
        if (!met) await ben.upsert('ben', { a: 'B' })
        met = true
        return readManifest(digest)
      }

      await check.rejects(ann.finish({ options: { manifestOf: manifestOfLater } }), 'CONFLICT', 'nobody has chosen')
      await check.rejects(ben.finish(), 'CONFLICT', 'nor has the next finisher')
      await check.rejects(ben.upsert('ben', { a: 'A' }), 'ALREADY_FINISHED', 'it is too late to agree')
      await check.rejects(ben.abandon(), 'CONFLICT', 'a finish has closed it')
      const { n } = await ben.finish({ onConflict: 'last' })

      check.equal((await ann.finish()).n, n, 'the choice is that of all')
      check.equal((await stateOf(await open(), key))?.versions, [[manifestOf({ a: 'B' }), 'live']])
    },
  },
]
