import type { Command } from '../../domain/command.ts'
import {
  contentOf,
  deleteArtifactCommand,
  deleteCommand,
  describeCommand,
  logCommand,
  setAliasCommand,
} from './commands.ts'
import type { ArtifactHandle, CommandAnswer } from './commands.ts'
import type { Check } from '../check.ts'
import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'exactly once', tier: 'quick', requires: [] } as const

const OBLIGATION = 'Carries out a command, exactly once for its `opId`, whatever number of executors run it.'

/** Operations that the window of applied ones holds. */
const WINDOW = 128

/** A command has one effect, however often and by whomever it is sent. */
export const idempotencyCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.once.sent-again',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await prepare(ann)
      for (const make of Object.values(commandsOf())) {
        const first = { ...make, baseRev: await revOf(ann), delivery: 'first' } as const
        const answer = await ann.send(first)
        const state = await stateOf(await open(), key)

        const again = await ben.send({ ...first, delivery: 'resent' })

        check.equal(again, answer, `${make.kind}: the answer`)
        check.equal(await stateOf(await open(), key), state, `${make.kind}: the state`)
      }
      await expectMovesOnce(ann, check)
    },
  },
  {
    ...base,
    id: 'metadata.once.after-others',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await prepare(ann)
      const baseRev = await revOf(ann)
      const move = setAliasCommand('prod', 1, { delivery: 'first', baseRev })
      const log = logCommand('new', { aliases: ['best'], delivery: 'first', baseRev })
      await ann.send(move)
      const logged = await ann.send(log)
      await ben.setAlias('prod', 0)
      await ben.setAlias('best', null)
      await ben.delete(logged.n!, { withAliases: true })
      const before = await stateOf(await open(), key)

      await ben.send({ ...move, delivery: 'resent' })
      const again = await ben.send({ ...log, delivery: 'resent' })

      check.equal(again, { n: logged.n, created: true, aliases: [] }, 'the version that it made, deleted since')
      check.equal(await stateOf(await open(), key), before, 'nothing is done a second time')
    },
  },
  {
    ...base,
    id: 'metadata.once.two-executors',
    requires: ['manyWriters'],
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const handles = [await artifact(), await artifact(), await artifact()]
      await prepare(handles[0]!)
      for (const make of Object.values(commandsOf())) {
        const baseRev = await revOf(handles[0]!)
        const sends = handles.map((handle, index) => {
          return handle.send({ ...make, baseRev, delivery: index === 0 ? 'first' : 'resent' })
        })

        const answers = await Promise.all(sends)

        check.equal(answers, [answers[0]!, answers[0]!, answers[0]!], `${make.kind}: the answers`)
      }
      await expectMovesOnce(handles[0]!, check)
      const state = await stateOf(await open(), key)
      check.equal(state?.versions.filter(([digest]) => digest === contentOf('new')).length, 1, 'versions of one log')
    },
  },
  {
    ...base,
    id: 'metadata.once.two-executors-of-a-first-log',
    requires: ['manyWriters'],
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const handles = await Promise.all(Array.from({ length: 4 }, () => artifact()))
      const command = logCommand('A', { aliases: ['prod'], delivery: 'resent' })

      const answers = await Promise.all(handles.map((handle) => handle.send(command)))

      const expected: CommandAnswer = { n: 0, created: true, aliases: ['latest', 'prod'] }
      check.equal(
        answers,
        handles.map(() => expected),
        'the answers',
      )
      check.equal((await stateOf(await open(), key))?.versions, [[contentOf('A'), 'live']], 'versions')
      check.equal((await (await open()).moves(key, {})).length, 1, 'moves')
    },
  },
  {
    ...base,
    id: 'metadata.once.refusal-is-remembered',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await ann.log('A')
      await ann.log('B')
      await ann.setAlias('prod', 1)
      const baseRev = await revOf(ann)
      const resent = { delivery: 'resent', baseRev } as const
      const refused: readonly (readonly [Command, 'CONFLICT' | 'NOT_FOUND'])[] = [
        [setAliasCommand('prod', 0, { ...resent, expect: 0 }), 'CONFLICT'],
        [setAliasCommand('best', 2, resent), 'NOT_FOUND'],
        [deleteCommand(1, resent), 'CONFLICT'],
        [deleteCommand(2, resent), 'NOT_FOUND'],
      ]
      for (const [command, code] of refused) await check.rejects(ann.send(command), code, `${command.kind}, first`)

      // Now each of them could succeed.
      await ben.setAlias('prod', 0)
      await ben.log('C')
      const before = await stateOf(await open(), key)

      for (const [command, code] of refused) await check.rejects(ben.send(command), code, `${command.kind}, again`)
      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
    },
  },
  {
    ...base,
    id: 'metadata.once.no-change-is-remembered',
    obligation: OBLIGATION,
    async run({ artifact, check, key }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await ann.log('A', { aliases: ['prod'] })
      const baseRev = await revOf(ann)
      const inPlace = setAliasCommand('prod', 0, { delivery: 'first', baseRev })
      const hit = logCommand('A', { aliases: ['prod'], delivery: 'first', baseRev })
      await ann.send(inPlace)
      await ann.send(hit)
      await ben.setAlias('prod', null)

      await ben.send({ ...inPlace, delivery: 'resent' })
      await ben.send({ ...hit, delivery: 'resent' })

      check.equal((await stateOf(ben.store, key))?.aliases, [], 'a later change is not undone')
    },
  },
  {
    ...base,
    id: 'metadata.once.window-passed',
    obligation: 'Must reject `UNKNOWN_OUTCOME` when it cannot learn the outcome; the same command may be sent again.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      await model.log('B')
      const baseRev = await revOf(model)
      const done = setAliasCommand('done', 0, { delivery: 'first', baseRev })
      const sent = { delivery: 'resent', baseRev } as const
      const never = [setAliasCommand('never', 0, sent), logCommand('C', sent), deleteCommand(0, sent)]
      await model.send(done)
      for (let count = 1; count < WINDOW; count++) await model.describe(`change ${count}`)
      check.equal(
        await model.send({ ...done, delivery: 'resent' }),
        { n: null, created: false, aliases: [] },
        'in time',
      )

      await model.setAlias('done', 1)
      const before = await stateOf(await open(), key)

      for (const command of [{ ...done, delivery: 'resent' } as const, ...never]) {
        await check.rejects(model.send(command), 'UNKNOWN_OUTCOME', `${command.kind}, too late`)
      }
      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
    },
  },
]

/** One command of each kind, in an order in which each can be carried out after `prepare`. */
function commandsOf(): readonly Command[] {
  return [
    setAliasCommand('prod', 1, { expect: 0 }),
    setAliasCommand('old', null),
    logCommand('new', { aliases: ['best'] }),
    logCommand('A', { aliases: ['again'] }),
    describeCommand('what it is'),
    deleteCommand(2, { withAliases: true }),
    logCommand('C', { supersede: true }),
    deleteArtifactCommand(),
    logCommand('last'),
  ]
}

async function prepare(model: ArtifactHandle): Promise<void> {
  await model.log('A', { aliases: ['prod'] })
  await model.log('B', { aliases: ['old'] })
  await model.log('C')
}

async function expectMovesOnce({ store, key }: ArtifactHandle, check: Check): Promise<void> {
  const moves = (await store.moves(key, {})).map(({ opId, alias }) => `${opId} ${alias}`)
  check.equal(moves, [...new Set(moves)], 'each command moves an alias once')
}

/** What a client sees before it sends a command for the first time. */
async function revOf({ store, key }: ArtifactHandle): Promise<number> {
  return (await store.head(key, {}))?.rev ?? 0
}
