import { LadingError } from '../../domain/errors.ts'
import type { RunRef } from '../../domain/version.ts'
import type { FinishRoundOptions } from '../../ports/draft-store.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { contentOf, runOf } from './commands.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'
import { collaborators, finishOf, FINISHING, manifestOf } from './drafts-context.ts'
import type { Collaborator } from './drafts-context.ts'

const base = { category: 'drafts: finishing', tier: 'quick', requires: ['drafts'] } as const

const FINISHES = 'Makes the parts of a round one version. Idempotent: a round that has its version answers it.'
const GOES_ON =
  'Must decide by `decideFinish`, and go on where an executor that is gone has stopped, under its operation.'
const PRODUCERS = 'All runs of the parts must be recorded as producers before it answers.'
const REFUSES =
  'Must reject `CONFLICT`, naming path and runs, when parts disagree and nobody has chosen; `CONFLICT` also when the round was abandoned; `NOT_FOUND` when it has no parts.'

/** One finish makes one version of all parts, whoever carries it out. */
export const draftFinishCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.finish.union',
    obligation: FINISHES,
    async run(context) {
      const { artifact, open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await (await artifact()).log('A', { aliases: ['prod', 'old'] })
      await ann.upsert('ann', { a: 'first', 'dir/b': 'second' })
      await ben.upsert('ben', { 'dir/c': 'third' })

      const answer = await ben.finish({ aliases: ['prod', 'best'], opId: 'op-finish', baseRev: 1 })

      check.equal([answer.n, answer.created, answer.aliases], [1, true, ['best', 'latest', 'prod']], 'the answer')
      const store = await open()
      const union = manifestOf({ a: 'first', 'dir/b': 'second', 'dir/c': 'third' })
      const state = await stateOf(store, key)
      check.equal(
        state?.versions,
        [
          [contentOf('A'), 'live'],
          [union, 'live'],
        ],
        'versions',
      )
      check.equal(state?.latest, 1, 'latest')
      check.equal(
        state?.aliases,
        [
          ['best', 1],
          ['old', 0],
          ['prod', 1],
        ],
        'aliases',
      )
      const { record } = (await store.resolve(key, { kind: 'latest' }, {}))!
      check.equal([record.fileCount, record.sizeBytes], [3, 16], 'files and bytes')
      check.equal(
        [record.opId, record.run?.id, record.draft],
        ['op-finish', 'closer', { id: 'night', round: 0 }],
        'who',
      )
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.producers',
    obligation: PRODUCERS,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      await ann.upsert('ann', { a2: 'A' })
      await ben.upsert('ben', { b: 'B' })
      await ben.upsert('cid', { b: 'B' })

      const { n } = await ben.finish()

      check.equal(await producersOf(await open(), { ...key, n }), ['ann', 'ben', 'cid', 'closer'])
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.sent-again',
    obligation: FINISHES,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      const same = finishOf(key, { aliases: ['prod'] })
      const first = await ann.finish(same)
      const before = await stateOf(await open(), key)

      const again = [await ann.finish(same), await ben.finish(same), await ben.finish({ aliases: ['other'] })]

      for (const answer of again) check.equal([answer.n, answer.created], [first.n, true], 'the answer')
      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      check.equal((await ann.store.moves(key, {})).length, 1, 'the alias moved once')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.nothing',
    obligation: REFUSES,
    async run(context) {
      const { open, key, check } = context
      const [ann] = await collaborators(context)

      await check.rejects(ann.finish(), 'NOT_FOUND', 'no part')
      await check.rejects(ann.finish({ round: 1 }), 'NOT_FOUND', 'a round that is not open yet')

      check.equal(await stateOf(await open(), key), null, 'nothing was logged')
      await ann.upsert('ann', { a: 'A' })
      check.equal((await ann.finish()).n, 0, 'the round is open still')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.known-content',
    obligation: PRODUCERS,
    async run(context) {
      const { artifact, open, key, check } = context
      const [ann, ben] = await collaborators(context)
      const model = await artifact()
      await model.log('known', { digest: manifestOf({ a: 'A', b: 'B' }) })
      await model.log('newer')
      await ann.upsert('ann', { a: 'A' })
      await ben.upsert('ben', { b: 'B' })

      const store = await open()
      const known: unknown[] = []
      const onKnown: FinishRoundOptions['onKnown'] = async (found, { metadata }) => {
        known.push([found.n, found.created, metadata, await store.drafts.round(ann.draft, {})])
      }

      const metadata = { of: 'the finish' }
      const { n, created } = await ben.finish({ aliases: ['prod'], metadata, options: { onKnown } })

      check.equal([n, created], [0, false], 'the version that has this content')
      check.equal(known, [[0, false, metadata, 0]], 'told before the round has its result')
      const state = await stateOf(store, key)
      check.equal([state?.versions.length, state?.latest], [2, 1], 'no version is made, `latest` stays')
      check.equal(state?.aliases, [['prod', 0]], 'aliases move')
      check.equal(await producersOf(store, { ...key, n: 0 }), ['ann', 'ben', 'closer'], 'producers')
      check.equal(await store.drafts.round(ann.draft, {}), 1, 'the round is over')
      check.equal((await ann.finish({ options: { onKnown } })).created, false, 'answered again')
      check.equal(known.length, 1, 'and told once')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.same-content',
    obligation: FINISHES,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { same: 'S', a: 'A' })
      await ben.upsert('ben', { same: 'S', b: 'B' })

      await ann.finish()

      const union = manifestOf({ same: 'S', a: 'A', b: 'B' })
      check.equal((await stateOf(await open(), key))?.versions, [[union, 'live']])
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.facts',
    obligation: 'What a part, or a finish, says of the version beside its content.',
    async run(context) {
      const { open, key, check } = context
      const says = (description: string | null, metadata: string | null) => {
        return { description, metadata: metadata === null ? null : { told: metadata } }
      }
      const told = {
        nobody: [says(null, null), says(null, null), says(null, null), [null, null]],
        'one part': [says('A', 'A'), says(null, null), says(null, null), ['A', 'A']],
        'both parts': [says('A', 'A'), says('A', 'A'), says(null, null), ['A', 'A']],
        'parts that differ': [says('A', 'A'), says('B', 'B'), says(null, null), [null, null]],
        'the finish': [says('A', 'A'), says('B', 'B'), says('C', 'C'), ['C', 'C']],
      } as const
      for (const [name, [first, second, last, expected]] of Object.entries(told)) {
        const own = { ...key, artifact: name.replaceAll(' ', '-') }
        const [ann, ben] = await collaborators({ open, key: own })
        await ann.upsert('ann', { a: 'A' }, first)
        await ben.upsert('ben', { b: 'B' }, second)

        await ben.finish(last)

        const view = await (await open()).resolve(own, { kind: 'latest' }, {})
        check.equal([view?.description, view?.record.metadata?.['told'] ?? null], [...expected], name)
      }
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.confirms',
    obligation: 'As `CommitOptions.confirm`, for the union and its manifest.',
    async run(context) {
      const { open, key, check } = context
      const [[ann, ben], fresh] = [await collaborators(context), await open()]
      await ann.upsert('ann', { a: 'A' })
      await ben.upsert('ben', { b: 'B' })
      const seen: unknown[] = []

      await ben.finish({
        options: {
          confirm: async ({ entries }, { epoch, state }) => {
            const version = await fresh.resolve(key, { kind: 'version', n: 0 }, {})
            seen.push([entries.map(({ path }) => path), epoch, state, version])
          },
        },
      })

      check.equal(seen.length >= 1, true, 'it was called')
      check.equal(
        seen,
        seen.map(() => [['a', 'b'], 0, 'swept', null]),
        'the version is not there yet',
      )
    },
  },
  {
    ...base,
    id: 'metadata.drafts.finish.goes-on',
    obligation: GOES_ON,
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      await ann.upsert('ann', { a: 'A' })
      await stopBeforeLog(ann, {
        opId: 'op-first',
        aliases: ['first'],
        description: 'first',
        run: runOf(key.project, 'dan'),
      })
      const [summary] = await pagesOf((options) => ben.store.drafts.list(key, options), { limit: 10 })
      check.equal([summary?.closing, await ben.open()], [true, 0], 'closed, without a result')
      await check.rejects(ben.upsert('ben', { b: 'B' }), 'ALREADY_FINISHED', 'a part that comes now')

      const answer = await ben.finish({ aliases: ['second'], description: 'second', metadata: { of: 'second' } })

      check.equal([answer.n, answer.aliases], [0, ['first', 'latest']], 'what the first finisher asked for')
      const view = (await (await open()).resolve(key, { kind: 'version', n: 0 }, {}))!
      const { opId, run, metadata, digest } = view.record
      check.equal([opId, run?.id, metadata, view.description], ['op-first', 'dan', null, 'first'], 'the version')
      check.equal(digest, manifestOf({ a: 'A' }), 'its content')
      check.equal((await ann.finish()).n, 0, 'the first finisher comes back')
    },
  },
]

/** A finisher that closes the round and is gone before its log. */
export async function stopBeforeLog(
  finisher: Collaborator,
  given: Parameters<Collaborator['finish']>[0],
): Promise<void> {
  const confirm = async (): Promise<never> => {
    throw new LadingError('UNAVAILABLE', { detail: 'gone' })
  }
  await finisher.finish({ ...given, options: { ...FINISHING, confirm } }).then(
    () => {
      throw new Error('a finish went on without its blobs')
    },
    () => undefined,
  )
}

/** The runs that a version comes from, each once, sorted by id. */
async function producersOf(
  store: MetadataStore,
  version: { project: string; artifact: string; n: number },
): Promise<readonly string[]> {
  const [links, record] = [await store.linksOf(version, {}), await store.record(version, {})]
  const runs = [...links.out, record?.run ?? null].filter((run): run is RunRef => run !== null)
  return [...new Set(runs.map(({ id }) => id))].sort()
}
