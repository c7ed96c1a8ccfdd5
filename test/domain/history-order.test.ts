import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commandSequences } from '../../src/contract/metadata-store/random-commands.ts'
import type { Command } from '../../src/domain/command.ts'
import type { HistoryEvent } from '../../src/domain/history.ts'
import { logOf } from '../support/log-command.ts'
import { historyOf, replayAll } from './histories.ts'
import { Ledger } from './ledger.ts'

const INTENT = { baseRev: 0, delivery: 'alone', at: '2026-01-01T00:00:00.000Z', run: null } as const

describe('the history of any sequence of commands', async () => {
  const sequences = await commandSequences(40)

  test('replayed elsewhere makes the same artifact: numbers, tombstones, times, aliases and their moves', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const original = ledgerOf(steps.flatMap((step) => (step.kind === 'send' ? [step.command.make] : [])))
        if (!original.head) return
        const copy = new Ledger()

        replayAll(copy, historyOf(original))

        expect(seen(copy)).toEqual(seen(original))
      }),
      { numRuns: 500 },
    )
  })

  test('changes nothing when it is replayed once more', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const original = ledgerOf(steps.flatMap((step) => (step.kind === 'send' ? [step.command.make] : [])))
        if (!original.head) return
        const [copy, history] = [new Ledger(), historyOf(original)]
        replayAll(copy, history)
        const before = { rev: copy.head!.rev, ...seen(copy) }

        replayAll(copy, history)

        expect({ rev: copy.head!.rev, ...seen(copy) }).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })

  test('from a version on leaves out the versions before it, and nothing else', () => {
    fc.assert(
      fc.property(sequences, fc.integer({ min: 0, max: 8 }), (steps, since) => {
        const original = ledgerOf(steps.flatMap((step) => (step.kind === 'send' ? [step.command.make] : [])))
        if (!original.head) return

        const events = historyOf(original, since)

        expect(events).toEqual(
          historyOf(original).filter((event) => event.kind !== 'version' || event.version.n >= since),
        )
      }),
      { numRuns: 100 },
    )
  })
})

describe('the order', () => {
  test('tells a version as it was logged, before what moves an alias to it', () => {
    const ledger = played(logOf('A'), logOf('B'), move('prod', 0), move('prod', 1), removal(0))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'prod>v0', 'v1', 'prod>v1', 'delete v0'])
  })

  test('tells no moves that a version makes by itself', () => {
    const ledger = played(logOf('A', { aliases: ['prod'] }), logOf('B', { aliases: ['prod'], supersede: true }))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'v1'])
  })

  test('tells what one operation moved as one event', () => {
    const ledger = played(logOf('A'), logOf('B'), logOf('A', { opId: 'both', aliases: ['best', 'prod'] }))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'best>v0 prod>v0', 'v1'])
  })

  test('tells a deletion once no move names its version any more', () => {
    const logs = [logOf('A'), logOf('B'), logOf('C')]
    const ledger = played(...logs, move('prod', 1), move('prod', 0), move('prod', 2), removal(1), removal(0))

    expect(told(ledger)).toEqual([
      'artifact',
      'v0',
      'v1',
      'prod>v1',
      'prod>v0',
      'v2',
      'delete v1',
      'prod>v2',
      'delete v0',
    ])
  })

  test('tells deletions that nothing keeps any more by their numbers', () => {
    const moves = [move('prod', 1), move('prod', 0), move('prod', null)]
    const ledger = played(logOf('A'), logOf('B'), ...moves, removal(1), removal(0))

    expect(told(ledger).slice(-3)).toEqual(['prod>none', 'delete v0', 'delete v1'])
  })

  test('tells the deletion of content before the version that has it again', () => {
    const ledger = played(logOf('A'), logOf('B'), removal(0), logOf('A', { opId: 'again' }))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'v1', 'delete v0', 'v2'])
  })

  test('tells the deletion of the newest before the version that has its content again', () => {
    const ledger = played(logOf('A'), removal(0), logOf('A', { opId: 'again' }))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'delete v0', 'v1'])
  })

  test('tells a floor as high as the content that is there again was, at the least', () => {
    const ledger = played(logOf('A'), logOf('B'), wipe('1'), logOf('A', { opId: 'again' }), wipe('2'))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'v1', 'floor 1', 'v2', 'floor 3'])
  })

  test('tells a floor before the version that has ended content again, and at the end', () => {
    const ledger = played(logOf('A'), wipe('1'), logOf('A', { opId: 'again' }), wipe('2'))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'floor 1', 'v1', 'floor 2'])
  })

  test('tells a floor with its number, and none that a superseding version sets', () => {
    const superseded = played(logOf('A'), logOf('B', { supersede: true }), logOf('C'))
    const wiped = played(logOf('A'), logOf('B'), wipe('1'), logOf('C'))

    expect(told(superseded)).toEqual(['artifact', 'v0', 'v1', 'v2'])
    expect(told(wiped)).toEqual(['artifact', 'v0', 'v1', 'floor 2', 'v2'])
  })

  test('removes the aliases of a deleted artifact before it raises the floor', () => {
    const ledger = played(logOf('A', { aliases: ['prod'] }), wipe('1'))

    expect(told(ledger)).toEqual(['artifact', 'v0', 'prod>none', 'floor 1'])
  })

  test('tells the records without their tombstones', () => {
    const ledger = played(logOf('A'), logOf('B'), removal(0))

    const [version] = historyOf(ledger).filter((event) => event.kind === 'version')

    expect(version).toEqual({ kind: 'version', version: { ...ledger.versions[0], deleted: false } })
  })

  test('tells a deletion that head only began', () => {
    const ledger = played(logOf('A'), logOf('B'), removal(0))
    ledger.versions[0] = { ...ledger.versions[0]!, deleted: false }

    expect(told(ledger)).toEqual(['artifact', 'v0', 'v1', 'delete v0'])
  })

  test('tells no deletion that came after head was read', () => {
    const ledger = played(logOf('A', { aliases: ['prod'] }), logOf('B'), logOf('C'))
    for (const n of [0, 2]) ledger.versions[n] = { ...ledger.versions[n]!, deleted: true }

    expect(told(ledger)).toEqual(['artifact', 'v0', 'v1', 'v2'])
  })
})

function played(...commands: readonly Command[]): Ledger {
  const ledger = new Ledger()
  for (const command of commands) expect(ledger.run(command)).not.toHaveProperty('refusal')
  return ledger
}

function ledgerOf(makes: readonly ((intent: Pick<Command, 'opId' | 'baseRev' | 'delivery'>) => Command)[]): Ledger {
  const ledger = new Ledger()
  for (const [n, make] of makes.entries()) ledger.run(make({ opId: `op-${n}`, baseRev: 0, delivery: 'alone' }))
  return ledger
}

/** All that anyone can see of an artifact, but how often its head was written, and its description. */
function seen({ head, versions, moves }: Ledger) {
  const { type, createdAt, next, floor, aliases, latest } = head!
  return {
    head: { type, createdAt, next, floor, aliases, latest },
    versions,
    moves: moves.map(({ rev: _rev, ...move }) => move),
  }
}

function told(ledger: Ledger): string[] {
  return historyOf(ledger).map(nameOf)
}

function nameOf(event: HistoryEvent): string {
  switch (event.kind) {
    case 'version':
      return `v${event.version.n}`
    case 'moves':
      return event.moves.map(({ alias, to }) => `${alias}>${to === null ? 'none' : `v${to}`}`).join(' ')
    case 'delete':
      return `delete v${event.n}`
    case 'floor':
      return `floor ${event.floor}`
    default:
      return event.kind
  }
}

function move(alias: string, n: number | null): Command {
  return { kind: 'setAlias', ...INTENT, opId: `${alias} to ${n}`, alias, n, expect: undefined }
}

function removal(n: number): Command {
  return { kind: 'delete', ...INTENT, opId: `delete ${n}`, n, withAliases: true }
}

function wipe(opId: string): Command {
  return { kind: 'deleteArtifact', ...INTENT, opId }
}
