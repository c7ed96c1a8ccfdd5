import { LadingError } from '../../domain/errors.ts'
import { AT, artifactIn } from './commands.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'
import { collaboratorIn, collaborators, manifestOf } from './drafts-context.ts'
import type { Collaborator } from './drafts-context.ts'

const base = { category: 'drafts: parts', tier: 'quick', requires: ['drafts'] } as const

const ONCE = "Must be idempotent by the part's operation id."
const KEPT = 'Must be in the version once it was acknowledged, unless the round is abandoned.'
const TOO_LATE = 'Must reject `ALREADY_FINISHED` when the round was closed without this part.'
const TYPED = 'Must reject `CONFLICT` when the artifact, or a part that is there, has another type.'
const CONFIRMED = 'Blobs, layout and manifest are made present by `confirm`, as for `commit`.'

/** What runs give to a round, and when it is too late. */
export const draftPartCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.rounds',
    obligation: 'The first round without a result: what a client asks once, before its first send.',
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      for (let round = 0; round < 3; round++) {
        check.equal(await ben.open(), round, 'before its first part')
        await ann.upsert('ann', { [`a${round}`]: 'A' }, { round })
        check.equal(await ben.open(), round, 'with a part')

        check.equal((await ben.finish({ round })).n, round, 'its version')

        check.equal(await ann.open(), round + 1, 'the next one opens')
      }
      const { versions } = (await stateOf(await open(), key))!
      const contents = [0, 1, 2].map((round) => [manifestOf({ [`a${round}`]: 'A' }), 'live'] as const)
      check.equal(versions, contents, 'each version has the parts of its own round')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.too-late',
    obligation: TOO_LATE,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      await ann.finish()
      const before = await stateOf(ben.store, key)

      for (const run of ['ann', 'ben']) await check.rejects(ben.upsert(run, { b: 'B' }), 'ALREADY_FINISHED', run)

      const fresh = collaboratorIn(await open(), ann.draft)
      check.equal(await stateOf(fresh.store, key), before, 'the version is as it was')
      check.equal((await fresh.finish()).n, 0, 'finished again')
      check.equal(await fresh.open(), 1, 'the open round')
      check.equal(await pagesOf((options) => fresh.store.drafts.list(key, options), { limit: 10 }), [], 'nothing waits')
      const late = await fresh.store.linksOfRun(key.project, 'ben', {})
      check.equal(late.out, [], 'the run that was refused made nothing')
      await ben.upsert('ben', { b: 'B' }, { round: 1 })
      check.equal((await ann.finish({ round: 1 })).n, 1, 'the next round takes it')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.sent-again',
    obligation: ONCE,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      const opId = await ann.upsert('ann', { a: 'A' })
      const again = { opId, at: AT }

      await Promise.all([ann.upsert('ann', { a: 'A' }, again), ben.upsert('ann', { a: 'A' }, again)])
      const { items } = await ben.store.drafts.list(key, { limit: 10 })
      await ben.finish()
      await ann.upsert('ann', { a: 'A' }, again)
      await ben.upsert('ann', { a: 'A' }, again)

      check.equal(
        items.map(({ parts }) => parts),
        [1],
        'parts',
      )
      const fresh = await open()
      check.equal((await stateOf(fresh, key))?.versions, [[manifestOf({ a: 'A' }), 'live']], 'versions')
      check.equal(await fresh.drafts.round(ann.draft, {}), 1, 'it was put into no other round')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.replaces-its-own',
    obligation: KEPT,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'old', dir: 'file', kept: 'A' })
      await ben.upsert('ben', { b: 'B' })

      await ann.upsert('ann', { a: 'new', 'dir/file': 'in a folder' })
      await ben.finish()

      const union = manifestOf({ a: 'new', 'dir/file': 'in a folder', kept: 'A', b: 'B' })
      check.equal((await stateOf(await open(), key))?.versions, [[union, 'live']])
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.any-order',
    obligation: 'Of the upsert. Sorts by time (UUIDv7): of two parts the later one has the greater id.',
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)

      await ann.upsert('ann', { a: 'later' }, { opId: 'op-2' })
      await ben.upsert('ann', { a: 'earlier' }, { opId: 'op-1' })
      await ann.finish()

      check.equal((await stateOf(await open(), key))?.versions, [[manifestOf({ a: 'later' }), 'live']])
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.type',
    obligation: TYPED,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' }, { type: 'data' })

      const refused = await check.rejects(ben.upsert('ben', { b: 'B' }), 'CONFLICT', 'a part has another type')
      check.equal(/data/.test(refused.detail), true, 'it names the type')
      await ben.upsert('ben', { b: 'B' }, { type: 'data' })
      await ben.finish({ type: 'data' })
      await check.rejects(ann.upsert('ann', { a: 'A' }, { round: 1 }), 'CONFLICT', 'the artifact has another type')

      const store = await open()
      check.equal(
        await pagesOf((options) => store.drafts.list(key, options), { limit: 10 }),
        [],
        'no part of the next round',
      )
      check.equal((await stateOf(store, key))?.versions, [[manifestOf({ a: 'A', b: 'B' }), 'live']], 'versions')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.confirms',
    obligation: CONFIRMED,
    async run(context) {
      const { open, key, check } = context
      const [[ann], fresh] = [await collaborators(context), await open()]
      const parts = async () =>
        (await pagesOf((options) => fresh.drafts.list(key, options), { limit: 10 })).map((draft) => draft.parts)
      const seen: unknown[] = []

      for (const prepared of [undefined, await ann.store.prepare(key, {})]) {
        await ann.upsert(
          'ann',
          { a: 'A' },
          {
            options: {
              prepared,
              confirm: async ({ epoch, state, condemned }) =>
                void seen.push([epoch, state, condemned.size, await parts()]),
            },
          },
        )
      }

      const [first, second] = [seen.slice(0, -1), seen.slice(-1)]
      check.equal([first.length > 0, first[0]], [true, [0, 'swept', 0, []]], 'before the first part')
      check.equal(second, [[0, 'swept', 0, [1]]], 'before the second part')
      check.equal(await parts(), [2], 'both are there')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.confirm-fails',
    obligation: CONFIRMED,
    async run(context) {
      const { key, check } = context
      const [ann, ben] = await collaborators(context)
      const confirm = async (): Promise<never> => {
        throw new LadingError('CORRUPT', { detail: 'a blob is damaged' })
      }

      await check.rejects(ann.upsert('ann', { a: 'A' }, { options: { confirm } }), 'CORRUPT')

      check.equal(
        await pagesOf((options) => ben.store.drafts.list(key, options), { limit: 10 }),
        [],
        'nothing is recorded',
      )
      await check.rejects(ben.finish(), 'NOT_FOUND', 'there is nothing to finish')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.upsert.run',
    obligation: 'Must record the run as one that outputs to this round before the part can be seen.',
    async run(context) {
      const { open, key, project, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      await ben.upsert('ben', { b: 'B' })
      const fresh = await open()
      check.equal((await fresh.linksOfRun(project, 'ann', {})).out, [], 'while the round is open')

      await ben.finish()

      for (const run of ['ann', 'ben', 'closer']) {
        check.equal((await fresh.linksOfRun(project, run, {})).out, [{ ...key, n: 0 }], run)
      }
    },
  },
  {
    ...base,
    id: 'metadata.drafts.apart',
    obligation: 'A collaborative draft: any number of runs give it parts, one finish makes them a version.',
    async run({ open, key, check }) {
      const store = await open()
      const ids = [
        'a',
        'b',
        'a/b',
        '../a',
        '.',
        ' ',
        'a\n',
        'é',
        'e\u0301',
        '\u0000',
        '✓'.repeat(512),
        '😀'.repeat(512),
      ]
      const long = 'x'.repeat(511)
      const others = [`${long}y`, `${long}z`, `x-${'0'.repeat(32)}`, `%2F`, 'a%2Fb', 'latest', '__proto__']
      const drafts = [
        ...[...ids, ...others].map((id) => ({ ...key, id })),
        { ...key, artifact: `${key.artifact}-2`, id: 'a' },
        { ...key, project: `${key.project}-2`, id: 'a' },
      ].map((draft) => collaboratorIn(store, draft))
      for (const [index, draft] of drafts.entries()) await draft.upsert('ann', { [`f${index}`]: `${index}` })

      const listed = (await pagesOf((options) => store.drafts.list(key, options), { limit: 1_000 })).map(
        ({ round }) => round.id,
      )
      check.equal(listed.sort(), [...ids, ...others].sort(), 'the open drafts of the artifact, as they were named')
      const fresh = await open()
      for (const [index, { draft }] of drafts.entries()) {
        const { n } = await collaboratorIn(fresh, draft).finish()
        const { record } = (await fresh.resolve(draft, { kind: 'version', n }, {}))!
        check.equal(record.digest, manifestOf({ [`f${index}`]: `${index}` }), `draft ${index}`)
        check.equal(record.draft, { id: draft.id, round: 0 }, `draft ${index}, as the version names it`)
      }
      check.equal((await stateOf(fresh, key))?.versions.length, ids.length + others.length, 'versions')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.case-of-ids',
    obligation: 'Names that differ only in case are different names.',
    async run({ open, key, check }) {
      const store = await open()
      const [lower, upper] = ['night', 'Night'].map((id) => collaboratorIn(store, { ...key, id })) as [
        Collaborator,
        Collaborator,
      ]
      await lower.upsert('ann', { a: 'A' })

      const other = upper.upsert('ben', { b: 'B' })
      const [result] = await Promise.allSettled([other])
      if (result.status === 'rejected') await check.rejects(other, 'CONFLICT', 'an id that cannot be kept apart')

      const { n } = await collaboratorIn(await open(), lower.draft).finish()
      check.equal((await store.record({ ...key, n }, {}))?.digest, manifestOf({ a: 'A' }), 'the first one')
      if (result.status === 'fulfilled') check.equal((await upper.finish()).n, 1, 'the second one')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.beside-logs',
    obligation: KEPT,
    async run(context) {
      const { artifact, open, key, check } = context
      const [ann] = await collaborators(context)
      const model = await artifact()
      await ann.upsert('ann', { a: 'A' })
      await model.log('before')
      await ann.upsert('ben', { b: 'B' })
      await model.deleteAll()

      check.equal((await ann.finish()).n, 1, 'numbers go on')

      const state = await stateOf(await open(), key)
      check.equal(state?.versions[1], [manifestOf({ a: 'A', b: 'B' }), 'live'], 'the version')
      check.equal((await artifactIn(model.store, key).log('after')).n, 2, 'the next log')
    },
  },
]
