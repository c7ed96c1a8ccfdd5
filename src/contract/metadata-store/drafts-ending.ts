import type { MetadataStoreCase } from './context.ts'
import { pagesOf, stateOf } from './context.ts'
import { abandonmentOf, collaboratorIn, collaborators, manifestOf, readManifest } from './drafts-context.ts'
import type { Collaborator, PartFiles } from './drafts-context.ts'
import { stopBeforeLog } from './drafts-finishing.ts'

const base = { category: 'drafts: abandoning and listing', tier: 'quick', requires: ['drafts'] } as const

const ENDS = 'Ends a round without a version; idempotent.'
const CLOSED = 'Must reject `CONFLICT` when a finish has closed it'
const UNLESS = 'unless that finish can never come to its end, as the artifact has got another type meanwhile'
const LISTS = "Rounds of an artifact's drafts that have no result, in a stable order of the store's own."

/** The other end of a round, what is open, and what is refused. */
export const draftEndCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.abandon',
    obligation: ENDS,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      const same = abandonmentOf()

      for (const collaborator of [ann, ben, ann]) await collaborator.abandon(same)
      await ben.abandon()

      await check.rejects(ben.finish(), 'CONFLICT', 'finish')
      await check.rejects(ben.upsert('ben', { b: 'B' }), 'ALREADY_FINISHED', 'upsert')
      const store = await open()
      check.equal(await store.drafts.round(ann.draft, {}), 1, 'the next round opens')
      check.equal(await pagesOf((options) => store.drafts.list(key, options), { limit: 10 }), [], 'nothing waits')
      check.equal(await stateOf(store, key), null, 'no version')
      await ben.upsert('ben', { b: 'B' }, { round: 1 })
      check.equal((await ann.finish({ round: 1 })).n, 0, 'the next round is finished')
      check.equal((await stateOf(store, key))?.versions, [[manifestOf({ b: 'B' }), 'live']], 'without the old parts')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.abandon.nothing',
    obligation: 'Must reject `NOT_FOUND` when it has no parts, so that nobody ends a round before it is opened.',
    async run(context) {
      const { check } = context
      const [ann, ben] = await collaborators(context)

      await check.rejects(ann.abandon(), 'NOT_FOUND', 'no part')
      await check.rejects(ann.abandon({ round: 1 }), 'NOT_FOUND', 'a round that is not open yet')

      check.equal(await ben.open(), 0, 'the open round')
      await ben.upsert('ben', { b: 'B' })
      check.equal((await ann.finish()).n, 0, 'nothing was ended')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.abandon.closed-by-a-finish',
    obligation: CLOSED,
    async run(context) {
      const { check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      await stopBeforeLog(ann, { aliases: ['prod'] })

      await check.rejects(ben.abandon(), 'CONFLICT')

      check.equal((await ben.finish()).aliases, ['latest', 'prod'], 'the finish stands')
      await check.rejects(ann.abandon(), 'CONFLICT', 'a round that is finished stays so')
      check.equal((await ben.finish()).n, 0, 'and is answered')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.abandon.stuck',
    obligation: UNLESS,
    async run(context) {
      const { artifact, open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' }, { type: 'data' })
      const model = await artifact()
      const manifestOfLater = async (digest: Parameters<typeof readManifest>[0]) => {
        // Between the finisher's look at the parts and its closing.
        await model.log('A')
        return readManifest(digest)
      }
      const late = ann.finish({ type: 'data', options: { manifestOf: manifestOfLater } })
      await check.rejects(late, 'CONFLICT', 'the artifact has got another type')
      check.equal(
        (await pagesOf((options) => ann.store.drafts.list(key, options), { limit: 1 }))[0]?.closing,
        true,
        'the round is closed',
      )

      await ben.abandon()

      await check.rejects(ann.finish({ type: 'data' }), 'CONFLICT', 'it is abandoned')
      check.equal(await ann.open(), 1, 'the next round opens')
      await ann.upsert('ann', { a: 'A' }, { round: 1 })
      check.equal((await ben.finish({ round: 1 })).n, 1, 'and is finished')
      check.equal((await stateOf(await open(), key))?.versions.length, 2, 'versions')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.list',
    obligation: LISTS,
    async run({ open, key, check }) {
      const store = await open()
      const draft = (id: string): Collaborator => collaboratorIn(store, { ...key, id })
      for (const id of ['finished', 'abandoned', 'open', 'closing', 'second round']) {
        await draft(id).upsert('ben', { [id]: 'B' })
      }
      await draft('open').upsert('ann', { a: 'A' })
      await draft('open').upsert('ben', { b: 'B' })
      for (const id of ['finished', 'second round']) await draft(id).finish()
      await draft('abandoned').abandon()
      await stopBeforeLog(draft('closing'), {})
      await draft('second round').upsert('cid', { c: 'C' }, { round: 1 })

      const fresh = await open()
      for (const limit of [1, 2, 100]) {
        const items = await pagesOf((options) => fresh.drafts.list(key, options), { limit })
        const told = items.map(({ round, type, parts, runs, closing }) => {
          return [round.id, round.round, type, parts, runs.map(({ id }) => id).join(), closing]
        })
        check.equal(
          told.sort(),
          [
            ['closing', 0, 'model', 1, 'ben', true],
            ['open', 0, 'model', 3, 'ann,ben', false],
            ['second round', 1, 'model', 1, 'cid', false],
          ],
          `pages of ${limit}`,
        )
      }
      const other = await fresh.drafts.list({ ...key, artifact: `${key.artifact}-2` }, { limit: 10 })
      check.equal(other.items, [], 'of another artifact')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.many-runs',
    obligation: LISTS,
    async run(context) {
      const { open, key, check } = context
      const pair = await collaborators(context)
      const runs = Array.from({ length: 50 }, (_, index) => `run-${String(index).padStart(2, '0')}`)

      await Promise.all(runs.map((run, index) => pair[index % 2 === 0 ? 0 : 1].upsert(run, { [`dir/${run}`]: run })))
      const [summary] = await pagesOf(async (options) => (await open()).drafts.list(key, options), { limit: 10 })
      const { n } = await pair[0].finish()

      check.equal([summary?.parts, summary?.runs.map(({ id }) => id)], [50, runs], 'while it is open')
      const union: PartFiles = Object.fromEntries(runs.map((run) => [`dir/${run}`, run]))
      const store = await open()
      check.equal((await stateOf(store, key))?.versions, [[manifestOf(union), 'live']], 'versions')
      const links = await store.linksOf({ ...key, n }, {})
      check.equal(
        links.out
          .map(({ id }) => id)
          .filter((id) => id !== 'closer')
          .sort(),
        runs,
        'producers',
      )
    },
  },
]
