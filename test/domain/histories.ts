import type { Command, LogCommand } from '../../src/domain/command.ts'
import type { HistoryEvent } from '../../src/domain/history.ts'
import { createHistoryOrder } from '../../src/domain/history-order.ts'
import { decideReplay } from '../../src/domain/replay.ts'
import type { Origin, ReplayStep } from '../../src/domain/replay.ts'
import type { VersionRecord } from '../../src/domain/version.ts'
import type { Ledger, Told } from './ledger.ts'

const INTENT = { baseRev: 0, delivery: 'alone', at: '2027-01-01T00:00:00.000Z', run: null } as const

/** What a ledger tells of itself, from version `since` on; without `state`. */
export function historyOf({ head, versions, moves }: Ledger, since = 0): readonly HistoryEvent[] {
  if (!head) throw new Error('nothing was ever logged')
  const removals = new Set(moves.filter(({ to }) => to === null).map(({ opId }) => opId))
  const ending = versions.filter(({ n, opId }) => n <= head.floor && removals.has(opId))
  const supersedes = new Map(ending.map(({ n, opId }) => [opId, n]))
  const order = createHistoryOrder({ head, moves, supersedes, since })
  const origin: Origin = { kind: 'artifact', type: head.type, createdAt: head.createdAt }
  return [origin, ...versions.flatMap((version) => order.next(version)), ...order.end()]
}

/** Carries out a step of a history on a ledger, as a store's import does. */
export function replay(ledger: Ledger, origin: Origin, step: ReplayStep): Told {
  return ledger.run(commandOf(ledger, step), (view, command) => decideReplay(view, command, { origin, step }))
}

/** Replays a whole history; fails at the first refusal. */
export function replayAll(ledger: Ledger, [origin, ...steps]: readonly HistoryEvent[]): void {
  for (const step of [origin, ...steps] as ReplayStep[]) {
    const told = replay(ledger, origin as Origin, step)
    if ('refusal' in told) throw new Error(`${JSON.stringify(step)}: ${told.refusal.detail}`)
  }
}

/** What an import sends for a step. */
export function commandOf({ head }: Pick<Ledger, 'head'>, step: ReplayStep): Command {
  const opId = `import-${crypto.randomUUID()}`
  switch (step.kind) {
    case 'version':
      return logOf(step.version)
    case 'moves': {
      const { opId: of, at, run, alias, to } = step.moves[0]!
      const intent = { opId: of, at, run, baseRev: head?.rev ?? 0, delivery: 'resent' } as const
      return { kind: 'setAlias', ...intent, alias, n: to, expect: undefined }
    }
    case 'delete':
      return { kind: 'delete', ...INTENT, opId, n: step.n, withAliases: true }
    case 'artifact':
    case 'floor':
      return { kind: 'deleteArtifact', ...INTENT, opId }
  }
}

function logOf({ n: _n, deleted: _deleted, createdAt: at, ...content }: VersionRecord): LogCommand {
  return { kind: 'log', ...content, at, baseRev: 0, delivery: 'alone' }
}
