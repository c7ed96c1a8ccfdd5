import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArtifactModel } from '../../src/contract/metadata-store/model.ts'
import type { Outcome } from '../../src/contract/metadata-store/model.ts'
import { commandSequences } from '../../src/contract/metadata-store/random-commands.ts'
import type { Command } from '../../src/domain/command.ts'
import { Ledger } from './ledger.ts'
import type { Told } from './ledger.ts'

test('any sequence of commands comes to what the model says, repeated ones included', async () => {
  const steps = await commandSequences(30)

  fc.assert(
    fc.property(steps, (sequence) => {
      const [ledger, model] = [new Ledger(), new ArtifactModel()]
      const sent: Command[] = []
      for (const [index, step] of sequence.entries()) {
        if (step.kind === 'reopen') continue
        const intent = { opId: `op-${index}`, baseRev: ledger.head?.rev ?? 0 }
        const command =
          step.kind === 'send'
            ? step.command.make({ ...intent, delivery: step.command.delivery })
            : again(sent, step.back)
        if (!command) continue
        sent.push(command)

        expect(outcomeOf(ledger.run(command))).toEqual(model.apply(command))
      }

      expect(stateOf(ledger)).toEqual(model.state)
      expect(ledger.moves.map(({ alias, from, to }) => `${alias} ${from} ${to}`)).toEqual(model.moves)
    }),
    { numRuns: 200 },
  )
})

/** Only what a client marks as sent before can come again: a command that is alone has one executor. */
function again(sent: readonly Command[], back: number): Command | null {
  const earlier = sent.at(-back)
  return earlier && earlier.delivery !== 'alone' ? { ...earlier, delivery: 'resent' } : null
}

function outcomeOf(told: Told): Outcome {
  if ('refusal' in told) return told.refusal.code
  const { n, created, aliases } = told.answer
  return { n, created, aliases }
}

function stateOf({ head, versions }: Ledger): ArtifactModel['state'] {
  if (!head) return null
  const live = (n: number, deleted: boolean) => (deleted ? 'deleted' : n < head.floor ? 'superseded' : 'live')
  return {
    type: head.type,
    description: head.description,
    versions: versions.map(({ n, digest, deleted }) => [digest, live(n, deleted)]),
    latest: head.latest?.n ?? null,
    aliases: Object.entries(head.aliases).sort(([a], [b]) => (a < b ? -1 : 1)),
  }
}
