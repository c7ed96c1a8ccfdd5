import type { DraftKey } from '../../domain/draft.ts'
import type { Transport } from '../../ports/transport.ts'
import { finishRound, partIntentOf, upsertFiles } from './collaboration-context.ts'
import { changeOf, logFiles, manifestOf, readFiles, runOf } from './context.ts'
import type { TestFiles, TransportCase } from './context.ts'

const base = { category: 'collaborative versions', tier: 'quick', requires: ['collaborate'] } as const

const GIVES = 'Gives a part to a round; acknowledged parts are in its version.'
const FINISHES = 'Makes the parts of a round one version, or answers the one that was made of them.'
const ENDS = 'Ends a round without a version.'

/** Versions that several runs make together. */
export const collaborationCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.drafts.union',
    obligation: GIVES,
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night run ✓' }]
      const [first, second] = [within('first', files('A')), within('second', files('B'))]
      await upsertFiles(ann, draft, { run: runOf(project, 'ann'), files: first })
      await upsertFiles(ben, draft, { run: runOf(project, 'ben'), files: second })

      const outcome = await finishRound(ben, draft, { aliases: ['prod', 'latest'], description: 'of both' })

      check.equal([outcome.n, outcome.created, outcome.aliases], [0, true, ['latest', 'prod']], 'the answer')
      const cid = await open()
      const seen = await readFiles(cid, key, 0)
      const expected = { ...first, ...second }
      check.equal(Object.keys(seen).sort(), Object.keys(expected).sort(), 'paths')
      for (const [path, bytes] of Object.entries(expected)) check.bytesEqual(seen[path], bytes, path)
      const view = await cid.resolve(key, { kind: 'alias', alias: 'prod' }, {})
      check.equal([view?.description, view?.record.fileCount], ['of both', 6], 'the record')
      for (const run of ['ann', 'ben']) {
        check.equal((await cid.linksOfRun(project, run, {})).out, [{ ...key, n: 0 }], `what ${run} made`)
      }
      const { out } = await cid.linksOf({ ...key, n: 0 }, {})
      const producers = out.map(({ id }) => id).filter((id) => id !== 'closer')
      check.equal(producers.sort(), ['ann', 'ben'], 'producers')
    },
  },
  {
    ...base,
    id: 'transport.drafts.rounds',
    obligation: 'The round of a draft that is open now: the first one without a result.',
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      const run = runOf(project, 'ann')
      for (let round = 0; round < 2; round++) {
        check.equal(await ben.draftRound(draft, {}), round, 'before its first part')
        await upsertFiles(ann, draft, { run, files: files(`${round}`), round })
        check.equal((await finishRound(ben, draft, { round })).n, round, 'its version')
      }

      check.equal(await ben.draftRound(draft, {}), 2, 'the next one opens')
      const late = upsertFiles(ann, draft, { run, files: files('late') })
      await check.rejects(late, 'ALREADY_FINISHED', 'a part that comes too late')
      check.equal((await ben.drafts(key, { limit: 10 })).items, [], 'nothing waits')
    },
  },
  {
    ...base,
    id: 'transport.drafts.sent-again',
    obligation: 'Sent again under the same operation id it is the same part.',
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      const part = { ...partIntentOf(draft, { run: runOf(project, 'ann') }), files: files('A') }
      const closing = partIntentOf(draft, {})
      const sent = { baseRev: 0, delivery: 'first' } as const
      await upsertFiles(ann, draft, { ...part, sent })
      await upsertFiles(ben, draft, { ...part, sent: { ...sent, delivery: 'resent' } })
      const first = await finishRound(ann, draft, { ...closing, sent })

      const again = await finishRound(ben, draft, { ...closing, sent: { ...sent, delivery: 'resent' } })
      await upsertFiles(ben, draft, { ...part, sent: { ...sent, delivery: 'resent' } })
      const other = await finishRound(ben, draft, { aliases: ['late'] })

      for (const answer of [again, other]) check.equal([answer.n, answer.created], [first.n, true], 'the one version')
      const rows = (await (await open()).versions(key, { limit: 10, newestFirst: true })).items
      check.equal(rows.length, 1, 'versions')
      check.equal(rows[0]?.aliases, ['latest'], 'its aliases')
    },
  },
  {
    ...base,
    id: 'transport.drafts.conflict',
    obligation: FINISHES,
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      await upsertFiles(ann, draft, { run: runOf(project, 'ann'), files: files('A') })
      await upsertFiles(ben, draft, { run: runOf(project, 'ben'), files: files('B') })

      const { detail } = await check.rejects(finishRound(ann, draft), 'CONFLICT')
      const named = ['a.bin', 'ann', 'ben'].filter((name) => detail.includes(name))
      check.equal(named, ['a.bin', 'ann', 'ben'], 'what the error names')
      check.equal(await ben.draftRound(draft, {}), 0, 'the round is open')
      await finishRound(ben, draft, { onConflict: 'last' })

      const seen = await readFiles(await open(), key, 0)
      for (const [path, bytes] of Object.entries(files('B'))) check.bytesEqual(seen[path], bytes, path)
    },
  },
  {
    ...base,
    id: 'transport.drafts.types',
    obligation: GIVES,
    async run({ open, key, project, files, check }) {
      const [ann, draft, run] = [await open(), { ...key, id: 'night' }, runOf(project, 'ann')]
      await logFiles(ann, key, { files: files('A') })

      const refused = upsertFiles(ann, draft, { run, files: files('B'), type: 'data' })

      await check.rejects(refused, 'CONFLICT', 'an upsert of another type')
      await upsertFiles(ann, draft, { run, files: files('B') })
      await check.rejects(finishRound(ann, draft, { type: 'data' }), 'CONFLICT', 'a finish of another type')
      check.equal((await finishRound(ann, draft)).n, 1, 'the artifact has its type still')
    },
  },
  {
    ...base,
    id: 'transport.drafts.facts',
    obligation: 'What an upsert says beside its content.',
    async run({ open, key, project, files, check }) {
      const [ann, draft] = [await open(), { ...key, id: 'night' }]
      const metadata = { note: 'x'.repeat(20_000) }
      for (const run of ['ann', 'ben']) {
        const given = within(run, files(run))
        await upsertFiles(ann, draft, { run: runOf(project, run), files: given, metadata, description: 'both say' })
      }

      await finishRound(ann, draft)

      const ben = await open()
      const view = (await ben.resolve(key, { kind: 'latest' }, {}))!
      check.equal(view.description, 'both say', 'the description that the parts agree on')
      check.equal(await ben.metadata(view, {}), metadata, 'the metadata that the parts agree on')
    },
  },
  {
    ...base,
    id: 'transport.drafts.bytes-nobody-stored',
    obligation: 'A part of a draft: its entries, and the upload that stored their blobs.',
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      const run = runOf(project, 'ann')

      const upserting = upsertFiles(ann, draft, { run, files: files('A'), stored: false })

      await check.rejects(upserting, 'NOT_FOUND')
      check.equal((await ben.drafts(key, { limit: 10 })).items, [], 'nothing is recorded')
      await check.rejects(finishRound(ben, draft), 'NOT_FOUND', 'there is nothing to finish')
      check.equal((await ben.linksOfRun(project, 'ann', {})).out, [], 'the run made nothing')
    },
  },
  {
    ...base,
    id: 'transport.drafts.listed',
    obligation: "Rounds of an artifact's drafts that have no result yet.",
    async run({ open, key, project, files, check }) {
      const ann = await open()
      for (const id of ['a', 'b/c', 'finished', 'abandoned']) {
        await upsertFiles(ann, { ...key, id }, { run: runOf(project, 'ann'), files: files(id) })
      }
      await finishRound(ann, { ...key, id: 'finished' })
      await ann.abandon({ ...key, id: 'abandoned', round: 0 }, changeOf(), {})

      const listed = await allDrafts(await open(), key)

      check.equal(
        listed.map(({ round, type, parts, closing }) => [round.id, round.round, type, parts, closing]).sort(),
        [
          ['a', 0, 'model', 1, false],
          ['b/c', 0, 'model', 1, false],
        ],
      )
      for (const limit of [0, 1_001]) await check.rejects(ann.drafts(key, { limit }), 'INVALID', `a page of ${limit}`)
    },
  },
  {
    ...base,
    id: 'transport.drafts.abandoned',
    obligation: ENDS,
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      const [run, round] = [runOf(project, 'ann'), { ...draft, round: 0 }]
      await check.rejects(ann.abandon(round, changeOf(), {}), 'NOT_FOUND', 'no part')
      await upsertFiles(ann, draft, { run, files: files('A') })

      await ann.abandon(round, changeOf(), {})
      await ben.abandon(round, changeOf(), {})

      await check.rejects(finishRound(ben, draft), 'CONFLICT', 'finish')
      await check.rejects(upsertFiles(ben, draft, { run, files: files('B') }), 'ALREADY_FINISHED', 'upsert')
      check.equal(await ben.draftRound(draft, {}), 1, 'the next round opens')
      await upsertFiles(ben, draft, { run, files: files('B'), round: 1 })
      check.equal((await finishRound(ben, draft, { round: 1 })).n, 0, 'and is finished')
      await check.rejects(ann.abandon({ ...draft, round: 1 }, changeOf(), {}), 'CONFLICT', 'what is finished')
    },
  },
  {
    ...base,
    id: 'transport.drafts.race',
    obligation: GIVES,
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      const sizes = { f: 100 }
      for (let round = 0; round < 4; round++) {
        await upsertFiles(ann, draft, {
          run: runOf(project, 'r'),
          files: within('first', files(`${round}`, sizes)),
          round,
        })
        const upserts = Array.from({ length: 8 }, (_, index) => {
          const given = { run: runOf(project, `r${index}`), files: within(`${index}`, files(`${round}`, sizes)), round }
          return upsertFiles(index % 2 === 0 ? ann : ben, draft, given)
        })

        const [results, { n }] = await Promise.all([Promise.allSettled(upserts), finishRound(ben, draft, { round })])

        const paths = Object.keys(await readFiles(await open(), key, n))
        const acknowledged = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [`${index}/f`] : []))
        check.equal(paths.sort(), [...acknowledged, 'first/f'].sort(), `round ${round}`)
        for (const [index, result] of results.entries()) {
          if (result.status === 'rejected') await check.rejects(upserts[index]!, 'ALREADY_FINISHED', `round ${round}`)
        }
      }
    },
  },
  {
    ...base,
    id: 'transport.drafts.arguments',
    obligation: 'The facade has checked every argument before an adapter sees it.',
    async run({ open, key, project, files, check }) {
      const [ann, ben, draft] = [await open(), await open(), { ...key, id: 'night' }]
      const [run, manifest] = [runOf(project, 'ann'), manifestOf(files('A'))]
      for (const id of ['', 'x'.repeat(513)]) {
        await check.rejects(ann.draftRound({ ...key, id }, {}), 'INVALID', `an id of ${id.length}`)
      }

      const foreign = { upload: await ben.upload(key, { bases: [] }), manifest, intent: partIntentOf(draft, { run }) }
      await check.rejects(ann.upsert({ ...draft, round: 0 }, foreign, {}), 'INVALID', 'an upload of another transport')
      await check.rejects(finishRound(ann, draft, { aliases: ['v1'] }), 'INVALID', 'an alias that is none')
      const signal = AbortSignal.abort()
      await check.rejects(ann.draftRound(draft, { signal }), 'ABORTED', 'draftRound')
      await check.rejects(ann.drafts(key, { limit: 1, signal }), 'ABORTED', 'drafts')

      check.equal((await ben.drafts(key, { limit: 10 })).items, [], 'nothing is recorded')
    },
  },
]

/** The same files in a folder. */
function within(folder: string, files: TestFiles): TestFiles {
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes]))
}

async function allDrafts(transport: Transport, key: Omit<DraftKey, 'id'>) {
  const rows: Awaited<ReturnType<Transport['drafts']>>['items'][number][] = []
  let cursor: string | undefined
  do {
    const page = await transport.drafts(key, { limit: 1, cursor })
    rows.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return rows
}
