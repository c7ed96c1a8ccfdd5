import { isLadingError } from '../../domain/errors.ts'
import type { MetadataStoreCase } from './context.ts'
import { stateOf } from './context.ts'
import { collaborators, manifestOf } from './drafts-context.ts'
import type { Collaborator } from './drafts-context.ts'

const base = { category: 'drafts: races', tier: 'quick', requires: ['drafts', 'manyWriters'] } as const

const KEPT = 'Must be in the version once it was acknowledged, unless the round is abandoned.'
const TOO_LATE = 'Must reject `ALREADY_FINISHED` when the round was closed without this part.'
const GOES_ON =
  'Must decide by `decideFinish`, and go on where an executor that is gone has stopped, under its operation.'

const ROUNDS = 8
const UPSERTS = 8

/** Many runs over two handles: a lock inside one handle must not save the day. */
export const draftRaceCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.race.upserts-and-finish',
    obligation: KEPT,
    async run(context) {
      const { open, key, check } = context
      const pair = await collaborators(context)
      for (let round = 0; round < ROUNDS; round++) {
        await pair[0].upsert('first', { [`${round}/first`]: 'F' }, { round })

        const upserts = await race(pair, round)

        const { record } = (await (await open()).resolve(key, { kind: 'version', n: round }, {}))!
        const inVersion = readPaths(record.digest, upserts.paths)
        check.equal(inVersion, upserts.acknowledged, `round ${round}: what was acknowledged is what is in the version`)
        check.equal(upserts.refused, ['ALREADY_FINISHED'], `round ${round}: the others`)
      }
      check.equal((await stateOf(await open(), key))?.versions.length, ROUNDS, 'one version a round')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.race.finishers',
    obligation: GOES_ON,
    async run(context) {
      const { open, key, check } = context
      const pair = await collaborators(context)
      for (let round = 0; round < ROUNDS; round++) {
        await pair[0].upsert('ann', { [`a${round}`]: 'A' }, { round })

        const finishing = [0, 1, 2, 3].map((index) => {
          return pair[index % 2 === 0 ? 0 : 1].finish({ round, aliases: [`of-${round}-${index}`] })
        })
        const answers = await Promise.all(finishing)

        check.equal(
          answers.map(({ n, created }) => [n, created]),
          answers.map(() => [round, true]),
          `round ${round}: all have the one version`,
        )
        const aliases = (await stateOf(await open(), key))?.aliases.filter(([, n]) => n === round)
        check.equal(aliases?.length, 1, `round ${round}: the aliases of one of them`)
      }
      const state = await stateOf(await open(), key)
      check.equal([state?.versions.length, state?.aliases.length], [ROUNDS, ROUNDS], 'versions and aliases')
    },
  },
  {
    ...base,
    id: 'metadata.drafts.race.executors-of-one-upsert',
    obligation: "Must be idempotent by the part's operation id.",
    async run(context) {
      const { open, key, check } = context
      const pair = await collaborators(context)
      for (let round = 0; round < ROUNDS; round++) {
        await pair[0].upsert('first', { [`${round}/first`]: 'F' }, { round })
        const opId = `op-${round}`

        const sends = [0, 1, 0, 1].map((index) => pair[index]!.upsert('ann', { a: 'A' }, { opId, round }))
        const [results] = await Promise.all([Promise.allSettled(sends), pair[1].finish({ round })])

        const { record } = (await (await open()).resolve(key, { kind: 'version', n: round }, {}))!
        const isInside = record.fileCount === 2
        check.equal(
          results.map(({ status }) => status === 'fulfilled'),
          results.map(() => isInside),
          `round ${round}: every executor says what is so`,
        )
      }
    },
  },
  {
    ...base,
    id: 'metadata.drafts.race.finish-and-abandon',
    obligation: 'Must reject `CONFLICT` when a finish has closed it',
    async run(context) {
      const { open, key, check } = context
      const [ann, ben] = await collaborators(context)
      let versions = 0
      for (let round = 0; round < ROUNDS; round++) {
        await ann.upsert('ann', { [`a${round}`]: 'A' }, { round })

        const ends =
          round % 2 === 0
            ? [ann.finish({ round }), ben.abandon({ round })]
            : [ben.finish({ round }), ann.abandon({ round })]
        const results = await Promise.allSettled(ends)

        const winner = check.oneWinner(results, { losers: 'CONFLICT' })
        if (winner === 0) versions++
        const store = await open()
        check.equal((await stateOf(store, key))?.versions.length ?? 0, versions, `round ${round}: versions`)
        check.equal(await store.drafts.round(ann.draft, {}), round + 1, `round ${round}: it is over`)
      }
    },
  },
  {
    ...base,
    id: 'metadata.drafts.race.upserts-and-abandon',
    obligation: TOO_LATE,
    async run(context) {
      const { open, key, check } = context
      const pair = await collaborators(context)
      for (let round = 0; round < ROUNDS; round++) {
        await pair[0].upsert('first', { first: 'F' }, { round })

        const upserts = Array.from({ length: UPSERTS }, (_, index) =>
          pair[index % 2]!.upsert('ann', { a: 'A' }, { round }),
        )
        const [results] = await Promise.all([Promise.allSettled(upserts), pair[1].abandon({ round })])

        const codes = new Set(
          results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : [])),
        )
        codes.delete('ALREADY_FINISHED')
        check.equal([...codes], [], `round ${round}: nothing else is answered`)
      }
      check.equal(await stateOf(await open(), key), null, 'no version')
    },
  },
]

interface Race {
  readonly paths: readonly string[]
  /** Paths whose upsert was acknowledged. */
  readonly acknowledged: readonly string[]
  /** What the others were told, each answer once. */
  readonly refused: readonly unknown[]
}

/** Upserts and one finish at once. That none comes too late is possible; `refused` then says what they would be told. */
async function race(pair: readonly [Collaborator, Collaborator], round: number): Promise<Race> {
  const paths = Array.from({ length: UPSERTS }, (_, index) => `${round}/${index}`)
  const upsert = (path: string, index: number): Promise<string> => {
    return pair[index % 2 === 0 ? 0 : 1].upsert(`run-${index}`, { [path]: 'U' }, { round })
  }
  const early = paths.slice(0, UPSERTS / 2).map(upsert)
  const finishing = pair[round % 2 === 0 ? 0 : 1].finish({ round })
  const late = paths.slice(UPSERTS / 2).map((path, index) => upsert(path, index + UPSERTS / 2))
  const [results] = await Promise.all([Promise.allSettled([...early, ...late]), finishing])
  return {
    paths,
    acknowledged: paths.filter((_, index) => results[index]!.status === 'fulfilled'),
    refused: [
      ...new Set([
        'ALREADY_FINISHED',
        ...results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : [])),
      ]),
    ],
  }
}

/** Which of these paths a union holds: the subset whose manifest has its digest. */
function readPaths(digest: string, paths: readonly string[]): readonly string[] {
  const round = paths[0]!.split('/')[0]!
  for (let subset = 0; subset < 2 ** paths.length; subset++) {
    const some = paths.filter((_, index) => (subset >> index) % 2 === 1)
    const files = Object.fromEntries([...some.map((path) => [path, 'U'] as const), [`${round}/first`, 'F']])
    if (manifestOf(files) === digest) return some
  }
  return ['a union of other parts']
}

function codeOf(error: unknown): unknown {
  return isLadingError(error) ? error.code : error
}
