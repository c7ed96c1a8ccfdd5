import type { DraftOperation } from './draft-operations.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import type { Flavour, Operation, Scenario, Step } from './scenario.ts'

/** States that writers start from. */
const STARTS: readonly (readonly Operation[])[] = [
  [],
  [{ kind: 'log', content: 'A', aliases: ['a'] }],
  [
    { kind: 'log', content: 'A' },
    { kind: 'log', content: 'B', aliases: ['a'] },
  ],
  [
    { kind: 'log', content: 'A' },
    { kind: 'log', content: 'B', aliases: ['a', 'b'] },
    { kind: 'delete', n: 0 },
  ],
  [
    { kind: 'log', content: 'A', aliases: ['a'] },
    { kind: 'log', content: 'B', supersede: true },
  ],
  [
    { kind: 'log', content: 'A' },
    { kind: 'delete', n: 0, withAliases: true },
    { kind: 'log', content: 'A', aliases: ['b'] },
  ],
  [{ kind: 'log', content: 'A' }, { kind: 'deleteArtifact' }],
]

/** What of a random scenario is given. `drafts`: its writers work on one draft. */
export interface RandomOptions {
  readonly flavour?: Flavour | undefined
  readonly drafts?: boolean | undefined
}

/** A scenario that a seed stands for: writers, what they want, which commands have two executors, and what goes wrong. */
export function randomScenario(seed: number, { flavour, drafts = false }: RandomOptions = {}): Scenario {
  const random = createRandom(seed)
  const start = random.pick(STARTS)
  const [recent, moves] = random.pick([
    [128, 32],
    [128, 2],
    [4, 32],
    [2, 2],
    [1, 2],
  ] as const)
  return {
    flavour: flavour ?? random.pick(['native', 'native', 'native', 'numbered', 'batch']),
    start,
    writers: drafts ? randomCollaborators(random) : randomWriters(random, start.length > 0),
    recent,
    moves,
    faults: random.pick([0, 1, 1, 2, 3]),
    crashes: random.pick([0, 0, 1, 2]),
    everyRequest: random.chance(0.1),
  }
}

function randomWriters(random: Random, hasHead: boolean): Step[][] {
  const count = random.pick([2, 2, 3, 4])
  const writers = Array.from({ length: count }, (_, writer) => {
    const steps = random.pick([1, 1, 2, 3])
    return Array.from({ length: steps }, (_, step): Step => randomStep(random, `${'wxyz'[writer]}${step}`))
  })
  if (random.chance(0.4)) share(random, writers, hasHead)
  return writers
}

/** Two or three executors of one command. A command other than a log is only sent by a client that saw a head. */
function share(random: Random, writers: Step[][], hasHead: boolean): void {
  const operation = hasHead ? randomCommand(random) : randomLog(random)
  const executors = writers.length > 2 && random.chance(0.3) ? 3 : 2
  const first = random.chance(0.5)
  for (let index = 0; index < executors; index++) {
    const delivery = first && index === 0 ? 'first' : 'resent'
    writers[index]!.splice(random.below(2), 1, { id: 'shared', operation, delivery })
  }
}

/** Runs that give the draft parts, those who finish it, and now and then somebody who works on the artifact itself. */
function randomCollaborators(random: Random): Step[][] {
  const writers = Array.from({ length: random.pick([2, 3, 3, 4]) }, (_, writer) => {
    const steps = random.pick([1, 1, 2, 3])
    return Array.from({ length: steps }, (_, step): Step => {
      const id = `${'wxyz'[writer]}${step}`
      return random.chance(0.15) ? randomStep(random, id) : { id, operation: randomDraft(random), delivery: 'alone' }
    })
  })
  if (random.chance(0.3)) {
    const operation = randomDraft(random)
    for (const writer of writers.slice(0, 2)) {
      writer.splice(random.below(2), 1, { id: 'shared', operation, delivery: 'resent' })
    }
  }
  return writers
}

function randomDraft(random: Random): DraftOperation {
  const kind = random.below(20)
  const type = random.chance(0.04) ? { type: 'dataset' } : {}
  if (kind < 11) {
    const files = random.pick([{ a: 'A' }, { a: 'A' }, { b: 'B' }, { a: 'B' }, { a: 'A', b: 'B' }, { 'a/b': 'A' }])
    const run = random.chance(0.3) ? { run: random.pick(['one', 'two']) } : {}
    return { kind: 'upsert', files, ...run, ...type }
  }
  if (kind === 19) return { kind: 'abandon' }
  const onConflict = random.chance(0.5) ? ({ onConflict: 'last' } as const) : {}
  return { kind: 'finish', aliases: random.pick([[], [], ['a'], ['b']]), ...onConflict, ...type }
}

function randomStep(random: Random, id: string): Step {
  const operation: Operation = random.chance(0.05) ? { kind: 'moves' } : randomCommand(random)
  const delivery = random.chance(0.8) ? 'alone' : random.pick(['first', 'resent'] as const)
  return random.chance(0.2) ? { id, operation, delivery, prepared: true } : { id, operation, delivery }
}

function randomCommand(random: Random): Operation {
  const kind = random.below(20)
  if (kind < 9) return randomLog(random)
  if (kind < 14) return randomMove(random)
  if (kind < 18) return { kind: 'delete', n: random.below(3), withAliases: random.chance(0.7) }
  return kind === 18 ? { kind: 'deleteArtifact' } : { kind: 'describe', description: random.pick(['one', 'two']) }
}

function randomLog(random: Random): Operation {
  const aliases = random.pick([[], ['a'], ['b'], ['a', 'b']])
  const log: Operation = { kind: 'log', content: random.pick(['A', 'A', 'B', 'C']), aliases }
  if (random.chance(0.15)) return { ...log, supersede: true }
  if (random.chance(0.05)) return { ...log, type: 'dataset' }
  if (random.chance(0.1)) return { ...log, description: random.pick(['one', 'two']) }
  return random.chance(0.1) ? { ...log, derived: true } : log
}

function randomMove(random: Random): Operation {
  const move: Operation = { kind: 'setAlias', alias: random.pick(['a', 'b']), to: random.pick([0, 0, 1, 2, null]) }
  return random.chance(0.4) ? { ...move, expect: random.pick([0, 1, null]) } : move
}
