import type { Arbitrary } from 'fast-check'
import type { Command } from '../../domain/command.ts'
import { loadFastCheck } from '../object-store/random-operations.ts'
import { deleteArtifactCommand, deleteCommand, describeCommand, logCommand, setAliasCommand } from './commands.ts'

/** One step of a random sequence, on one of two handles. */
export type Step =
  | { readonly kind: 'send'; readonly handle: 0 | 1; readonly command: CommandShape }
  /** Sends the command of an earlier step once more, by the other handle or the same. */
  | { readonly kind: 'again'; readonly handle: 0 | 1; readonly back: number }
  | { readonly kind: 'reopen'; readonly handle: 0 | 1 }

/** What a command says: it gets an operation id, and the rev that its client saw, when it is sent. */
export interface CommandShape {
  readonly delivery: 'alone' | 'first'
  readonly make: (intent: Pick<Command, 'opId' | 'baseRev' | 'delivery'>) => Command
  /** Shown by fast-check when a sequence fails. */
  toString(): string
}

const CONTENTS = ['A', 'B', 'C', 'D']
const ALIASES = ['prod', 'best', '__proto__']

/** Sequences of commands for one artifact. Few contents, aliases and numbers, so that they meet. */
export async function commandSequences(lengthMax: number): Promise<Arbitrary<Step[]>> {
  const fc = await loadFastCheck()
  const handle = fc.constantFrom(0 as const, 1 as const)
  const number = fc.integer({ min: 0, max: 6 })
  const alias = fc.constantFrom(...ALIASES)
  const log = fc.record({
    content: fc.constantFrom(...CONTENTS),
    aliases: fc.uniqueArray(alias, { maxLength: 2 }),
    supersede: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    type: fc.oneof({ weight: 9, arbitrary: fc.constant('model') }, { weight: 1, arbitrary: fc.constant('data') }),
    description: fc.constantFrom(null, null, null, 'first', 'second'),
  })
  const anyTarget: Arbitrary<undefined> = fc.constant(undefined)
  const oneTarget: Arbitrary<number | null> = fc.option(number)
  const move = fc.record({
    alias,
    n: fc.oneof({ weight: 4, arbitrary: number }, { weight: 1, arbitrary: fc.constant(null) }),
    expect: fc.oneof<[Arbitrary<undefined>, Arbitrary<undefined>, Arbitrary<number | null>]>(
      anyTarget,
      anyTarget,
      oneTarget,
    ),
  })
  const removal = fc.record({ n: number, withAliases: fc.boolean() })

  const making: Arbitrary<Omit<CommandShape, 'delivery'>> = fc.oneof(
    {
      weight: 6,
      arbitrary: log.map(({ content, ...given }) =>
        shape({ log: content, ...given }, (intent) => logCommand(content, { ...given, ...intent })),
      ),
    },
    {
      weight: 4,
      arbitrary: move.map((given) =>
        shape(given, (intent) => setAliasCommand(given.alias, given.n, { expect: given.expect, ...intent })),
      ),
    },
    {
      weight: 3,
      arbitrary: removal.map((given) =>
        shape(given, (intent) => deleteCommand(given.n, { withAliases: given.withAliases, ...intent })),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('first', 'other')
        .map((text) => shape({ describe: text }, (intent) => describeCommand(text, intent))),
    },
    { weight: 1, arbitrary: fc.constant(shape('delete the artifact', deleteArtifactCommand)) },
  )
  const command = fc.tuple(making, fc.constantFrom('alone' as const, 'first' as const)).map(([made, delivery]) => {
    return { ...made, delivery, toString: () => `${delivery} ${made.toString()}` }
  })
  const step: Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('send' as const), handle, command }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('again' as const), handle, back: fc.integer({ min: 1, max: 8 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), handle }) },
  )
  return fc.array(step, { minLength: 1, maxLength: lengthMax, size: 'max' })
}

function shape(what: unknown, make: CommandShape['make']): Omit<CommandShape, 'delivery'> {
  return { make, toString: () => JSON.stringify(what) }
}
