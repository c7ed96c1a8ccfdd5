import type { Arbitrary } from 'fast-check'
import { isLadingError } from '../../domain/errors.ts'
import type { CaseTools } from '../case.ts'
import { loadFastCheck } from '../object-store/random-operations.ts'
import { runOf } from './commands.ts'
import type { MetadataStoreCase, MetadataStoreContext } from './context.ts'
import { pagesOf, stateOf } from './context.ts'
import { collaborators, manifestOf } from './drafts-context.ts'
import type { Collaborator, PartFiles } from './drafts-context.ts'
import { DraftModel } from './drafts-model.ts'
import type { DraftOutcome } from './drafts-model.ts'

const base = { category: 'drafts: random calls', requires: ['drafts'] } as const

const OBLIGATION =
  'Must decide by `decideFinish`, and go on where an executor that is gone has stopped, under its operation.'

/** Sequences that nobody thought of, held against a model that knows nothing of stores. */
export const draftRandomCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.drafts.random.like-the-model',
    tier: 'full',
    obligation: OBLIGATION,
    run: (context) => compareWithModel(context, { sequences: 100, lengthMax: 25 }),
  },
  {
    ...base,
    id: 'metadata.drafts.random.like-the-model-for-long',
    tier: 'soak',
    obligation: OBLIGATION,
    run: (context) => compareWithModel(context, { sequences: 2_000, lengthMax: 60 }),
  },
]

/** One call by one of two handles, in the open round or, `back` rounds before, in one that is over. */
type Step = { readonly handle: 0 | 1; readonly back: number } & (
  | { readonly kind: 'upsert'; readonly run: string; readonly files: PartFiles }
  /** Sends an earlier upsert once more. */
  | { readonly kind: 'again'; readonly earlier: number }
  | { readonly kind: 'finish'; readonly onConflict: 'refuse' | 'last' }
  | { readonly kind: 'abandon' }
)

interface Sent {
  readonly opId: string
  readonly order: number
  readonly round: number
  readonly run: string
  readonly files: PartFiles
}

async function compareWithModel(
  context: MetadataStoreContext & CaseTools,
  { sequences, lengthMax }: { readonly sequences: number; readonly lengthMax: number },
): Promise<void> {
  const fc = await loadFastCheck()
  const steps = await stepSequences(lengthMax)
  let runs = 0
  // Each run, and each shrunk one, has an artifact of its own.
  const property = fc.asyncProperty(steps, (sequence) => runSequence(context, sequence, `run-${runs++}`))
  await fc.assert(property, { seed: context.seed, numRuns: sequences })
}

async function stepSequences(lengthMax: number): Promise<Arbitrary<Step[]>> {
  const fc = await loadFastCheck()
  const content = fc.constantFrom('A', 'A', 'B')
  const files = fc.dictionary(fc.constantFrom('a', 'b', 'c'), content, { minKeys: 1, noNullPrototype: true })
  const where = {
    handle: fc.constantFrom(0 as const, 1 as const),
    back: fc.constantFrom(0, 0, 0, 0, 1, 2, -1),
  }
  const kind = <K extends Step['kind']>(name: K): Arbitrary<K> => fc.constant(name)
  const upsert = fc.record({ ...where, kind: kind('upsert'), run: fc.constantFrom('ann', 'ben', 'cid'), files })
  const again = fc.record({ ...where, kind: kind('again'), earlier: fc.integer({ min: 1, max: 5 }) })
  const onConflict = fc.constantFrom('refuse' as const, 'last' as const)
  const finish = fc.record({ ...where, kind: kind('finish'), onConflict })
  const step: Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: upsert },
    { weight: 2, arbitrary: again },
    { weight: 4, arbitrary: finish },
    { weight: 1, arbitrary: fc.record({ ...where, kind: kind('abandon') }) },
  )
  return fc.array(step, { minLength: 1, maxLength: lengthMax, size: 'max' })
}

async function runSequence(
  { open, project, check }: MetadataStoreContext & CaseTools,
  steps: readonly Step[],
  artifact: string,
): Promise<void> {
  const key = { project, artifact }
  const pair = await collaborators({ open, key })
  const model = new DraftModel()
  const sent: Sent[] = []
  for (const [index, step] of steps.entries()) {
    const round = Math.max(0, model.open - step.back)
    // A part before its round is open is what no client sends.
    if (round > model.open && step.kind === 'upsert') continue
    const call = callOf(step, { model, round, sent })
    if (call === null) continue
    const seen = await outcomeOf(call.send(pair[step.handle]))
    check.equal(seen, call.expected, `step ${index}: ${JSON.stringify(step)} in round ${round}`)
    check.equal(await pair[0].open(), model.open, `the open round after step ${index}`)
  }

  const store = await open()
  const [summary] = await pagesOf((options) => store.drafts.list(key, options), { limit: 10 })
  check.equal(summary?.parts ?? 0, model.waiting, 'parts that wait')
  const digests = (await stateOf(store, key))?.versions.map(([digest]) => digest) ?? []
  check.equal(
    digests,
    model.versions.map(({ files }) => manifestOf(files)),
    'versions',
  )
  for (const [n, { runs }] of model.versions.entries()) {
    const { out } = await store.linksOf({ ...key, n }, {})
    check.equal(out.map(({ id }) => id).sort(), [...runs].sort(), `producers of v${n}`)
  }
  await Promise.all([store, ...pair.map((each) => each.store)].map((each) => each.close()))
}

interface DraftCall {
  readonly expected: DraftOutcome
  send(collaborator: Collaborator): Promise<DraftOutcome>
}

function callOf(
  step: Step,
  { model, round, sent }: { readonly model: DraftModel; readonly round: number; readonly sent: Sent[] },
): DraftCall | null {
  switch (step.kind) {
    case 'upsert': {
      const order = sent.length
      const opId = `op-${String(order).padStart(4, '0')}`
      sent.push({ opId, order, round, run: step.run, files: step.files })
      return upsertOf(model, sent.at(-1)!)
    }
    case 'again': {
      const earlier = sent.at(-step.earlier)
      return earlier ? upsertOf(model, earlier) : null
    }
    case 'finish':
      return {
        expected: model.finish(round, 'closer', step.onConflict),
        send: async (collaborator) => (await collaborator.finish({ round, onConflict: step.onConflict })).n,
      }
    case 'abandon':
      return { expected: model.abandon(round), send: (collaborator) => done(collaborator.abandon({ round })) }
  }
}

function upsertOf(model: DraftModel, { opId, order, round, run, files }: Sent): DraftCall {
  return {
    expected: model.upsert(round, { order, run, files }),
    send: (collaborator) => {
      return done(collaborator.upsert(run, files, { opId, round, run: runOf(collaborator.draft.project, run) }))
    },
  }
}

async function done(call: Promise<unknown>): Promise<DraftOutcome> {
  await call
  return 'done'
}

async function outcomeOf(call: Promise<DraftOutcome>): Promise<DraftOutcome> {
  try {
    return await call
  } catch (error) {
    if (isLadingError(error)) return error.code
    throw error
  }
}
