import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isLadingError } from '../../src/index.ts'
import type { Lading, Version } from '../../src/index.ts'
import { all, artifactOf, createWorld, KINDS } from './world.ts'

interface Answer {
  readonly version: number
  readonly aliases: readonly string[]
  readonly description?: string | null
  readonly metadata?: object | null
  readonly producer_run_id?: string
  readonly producer_run_name?: string
}

interface Step {
  readonly op: 'log' | 'get'
  readonly content?: string
  readonly aliases?: readonly string[]
  readonly type?: string
  readonly metadata?: object | null
  readonly description?: string | null
  readonly overwrite?: boolean
  readonly run_id?: string
  readonly run_name?: string
  readonly spec?: string | null
  readonly result?: Answer | null
  readonly error?: string
  readonly state: Readonly<Record<string, readonly string[]>>
}

interface Sequence {
  readonly name: string
  readonly note: string
  readonly steps: readonly Step[]
  readonly output_links?: Readonly<Record<string, readonly number[]>>
}

/** What lading answers instead, and why. */
interface Difference extends Partial<Pick<Step, 'state'>> {
  readonly sequence: string
  readonly step: number
  readonly result?: Answer
  readonly error?: string
  readonly reason: string
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const { sequences } = read('../vectors/trackio.json') as { sequences: readonly Sequence[] }
const differences = read('./trackio-differences.json') as readonly Difference[]

/** What came of a step: aliases are sets. */
interface Outcome {
  readonly result: Answer | null
  readonly error: string | null
  readonly state: Step['state']
}

async function carryOut(lading: Lading, step: Step): Promise<Outcome> {
  const outcome = await (step.op === 'log' ? log(lading, step) : get(lading, step))
  const versions = await all(lading.artifact('art').versions({ newestFirst: false }))
  return { ...outcome, state: Object.fromEntries(versions.map(({ version, aliases }) => [version, aliases])) }
}

async function log(lading: Lading, step: Step): Promise<Omit<Outcome, 'state'>> {
  const { content = '', aliases = [], type, metadata, description, overwrite = false } = step
  const run = await lading.init({ id: step.run_id ?? 'id', name: step.run_name ?? 'r' })
  const options = {
    ...(type === undefined ? {} : { type }),
    ...(metadata ? { metadata } : {}),
    ...(description ? { description } : {}),
  }
  return told(async () => {
    const logged = await run.logArtifact(artifactOf('art', { f: content }, options), { aliases, supersede: overwrite })
    const version = await lading.getArtifact(`art:${logged.version}`)
    expect(logged.aliases).toEqual(version.aliases)
    const [producer] = await version.producedBy()
    return { ...(await answerOf(version)), producer_run_id: producer!.id, producer_run_name: producer!.name }
  })
}

function get(lading: Lading, { spec }: Step): Promise<Omit<Outcome, 'state'>> {
  return told(async () => answerOf(await lading.getArtifact(spec ? `art:${spec}` : 'art')))
}

async function answerOf(version: Version): Promise<Answer> {
  const { n, aliases, description } = version
  return { version: n, aliases, description, metadata: await version.metadata() }
}

/** Trackio answers null where nothing is found, and an error where a type differs. */
async function told(call: () => Promise<Answer>): Promise<Omit<Outcome, 'state'>> {
  try {
    return { result: await call(), error: null }
  } catch (error) {
    if (isLadingError(error, 'NOT_FOUND')) return { result: null, error: null }
    if (isLadingError(error)) return { result: null, error: error.code }
    throw error
  }
}

/** What Trackio answers, as lading would say it. */
function wanted({ result = null, error, state }: Step): Outcome {
  return {
    result: result && { ...result, aliases: result.aliases.toSorted() },
    error: error === undefined ? null : 'CONFLICT',
    state: Object.fromEntries(Object.entries(state).map(([version, aliases]) => [version, aliases.toSorted()])),
  }
}

function differing(before: Outcome, { result, error, state }: Difference): Outcome {
  return {
    result: error === undefined ? before.result && { ...before.result, ...result } : null,
    error: error ?? before.error,
    state: state ?? before.state,
  }
}

describe.each(KINDS)('the sequences of Trackio, in %s', (kind) => {
  test.each(sequences.map((sequence) => [sequence.name, sequence] as const))('%s', async (name, sequence) => {
    const { lading } = await createWorld(kind)

    for (const [index, step] of sequence.steps.entries()) {
      const outcome = await carryOut(lading, step)

      const difference = differences.find((known) => known.sequence === name && known.step === index)
      if (difference) expect(outcome, 'a listed difference is one').not.toEqual(wanted(step))
      expect(outcome, `step ${index}`).toEqual(difference ? differing(wanted(step), difference) : wanted(step))
    }

    for (const [id, numbers] of Object.entries(sequence.output_links ?? {})) {
      const run = await lading.init({ id })
      expect((await run.outputs()).map(({ n }) => n)).toEqual(numbers)
    }
  })

  test('there are 22, and every listed difference is a step of one', () => {
    expect(sequences.length).toBe(22)
    for (const { sequence, step } of differences) {
      expect(sequences.find(({ name }) => name === sequence)?.steps[step]).toBeDefined()
    }
  })
})
