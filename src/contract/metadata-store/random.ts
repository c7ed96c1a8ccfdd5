import type { Command } from '../../domain/command.ts'
import { isLadingError } from '../../domain/errors.ts'
import type { CaseTools } from '../case.ts'
import { loadFastCheck } from '../object-store/random-operations.ts'
import { artifactIn } from './commands.ts'
import type { ArtifactHandle } from './commands.ts'
import { stateOf } from './context.ts'
import type { MetadataStoreCase, MetadataStoreContext } from './context.ts'
import { ArtifactModel } from './model.ts'
import type { Outcome } from './model.ts'
import { commandSequences } from './random-commands.ts'
import type { Step } from './random-commands.ts'

const base = { category: 'random commands', requires: [] } as const

const OBLIGATION = 'Carries out a command, exactly once for its `opId`, whatever number of executors run it.'

/** Sequences that nobody thought of, held against a model that knows nothing of stores. */
export const randomCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.random.like-the-model',
    tier: 'full',
    obligation: OBLIGATION,
    run: (context) => compareWithModel(context, { sequences: 150, lengthMax: 30 }),
  },
  {
    ...base,
    id: 'metadata.random.like-the-model-for-long',
    tier: 'soak',
    obligation: OBLIGATION,
    run: (context) => compareWithModel(context, { sequences: 3_000, lengthMax: 80 }),
  },
]

type Context = MetadataStoreContext & CaseTools

async function compareWithModel(
  context: Context,
  { sequences, lengthMax }: { readonly sequences: number; readonly lengthMax: number },
): Promise<void> {
  const fc = await loadFastCheck()
  const steps = await commandSequences(lengthMax)
  let runs = 0
  // Each run, and each shrunk one, has an artifact of its own.
  const property = fc.asyncProperty(steps, (sequence) => runSequence(context, sequence, `run-${runs++}`))
  await fc.assert(property, { seed: context.seed, numRuns: sequences })
}

async function runSequence({ open, project, check }: Context, steps: readonly Step[], artifact: string): Promise<void> {
  const key = { project, artifact }
  const model = new ArtifactModel()
  const handles: [ArtifactHandle, ArtifactHandle] = [artifactIn(await open(), key), artifactIn(await open(), key)]
  const sent: Command[] = []

  for (const [index, step] of steps.entries()) {
    const handle = handles[step.handle]
    if (step.kind === 'reopen') {
      await handle.store.close()
      handles[step.handle] = artifactIn(await open(), key)
      continue
    }
    const command = await commandOf(step, handle, sent)
    if (!command) continue
    check.equal(await outcomeOf(handle, command), model.apply(command), `step ${index}: ${JSON.stringify(command)}`)
    sent.push(command)
  }

  const fresh = await open()
  check.equal(await stateOf(fresh, key), model.state, 'the state at the end')
  const moves = (await fresh.moves(key, {})).map(({ alias, from, to }) => `${alias} ${from} ${to}`)
  check.equal(moves, model.moves, 'the moves')
  await Promise.all([fresh, ...handles.map(({ store }) => store)].map((store) => store.close()))
}

/** Only what a client marks as sent before can come again: a command that is alone has one executor. */
async function commandOf(
  step: Exclude<Step, { kind: 'reopen' }>,
  handle: ArtifactHandle,
  sent: readonly Command[],
): Promise<Command | null> {
  if (step.kind === 'send') {
    const { make, delivery } = step.command
    const baseRev = (await handle.store.head(handle.key, {}))?.rev ?? 0
    return make({ opId: crypto.randomUUID(), baseRev, delivery })
  }
  const earlier = sent.at(-step.back)
  return earlier && earlier.delivery !== 'alone' ? { ...earlier, delivery: 'resent' } : null
}

async function outcomeOf(handle: ArtifactHandle, command: Command): Promise<Outcome> {
  try {
    return await handle.send(command)
  } catch (error) {
    if (isLadingError(error)) return error.code
    throw error
  }
}
