import { Artifact, isLadingError } from 'lading'
import type { Lading, Run, Version } from 'lading'
import { FLAT, descend, lossOf, parsePoints } from './line.ts'
import type { Line } from './line.ts'

/** What is trained, on what, and for how long. */
export interface Training {
  /** The run's id. The same id goes on where the run stopped. */
  readonly id: string
  /** Ref of the dataset. A resumed run keeps the version that it began with, wherever the ref leads by now. */
  readonly dataset: string
  /** Epochs in all, those before a stop included. */
  readonly epochs: number
}

/** A state of the training, and how good it is. */
interface Checkpoint {
  readonly epoch: number
  readonly line: Line
  readonly loss: number
}

const LEARNING_RATE = 0.02
const CHECKPOINT_EPOCHS = 20

/** Trains, logs a checkpoint and its scores every 20 epochs, and keeps the alias `best` on the best line of all runs. */
export async function train(lading: Lading, { id, dataset, epochs }: Training): Promise<void> {
  await using run = await lading.init({ id, name: 'fit', config: { learningRate: LEARNING_RATE } })
  const data = await run.useArtifact((await datasetOf(run)) ?? dataset, { type: 'dataset' })
  const train = parsePoints(await (await data.file('train.csv')).text())
  const test = parsePoints(await (await data.file('test.csv')).text())

  let { epoch, line } = await lastCheckpoint(lading, run)
  console.log(`${id}: ${data.ref} from epoch ${epoch}`)
  while (epoch < epochs) {
    line = descend(line, train, LEARNING_RATE)
    epoch++
    if (epoch % CHECKPOINT_EPOCHS === 0) await logCheckpoint(lading, run, { epoch, line, loss: lossOf(line, test) })
  }
}

async function logCheckpoint(lading: Lading, run: Run, { epoch, line, loss }: Checkpoint): Promise<void> {
  const model = new Artifact('line', { type: 'model', metadata: { epoch, loss } })
  const { version } = await run.logArtifact(model.addFile(json(line), 'line.json'))

  const scores = new Artifact('line-scores', { type: 'evaluation', metadata: { loss } })
  await run.logArtifact(scores.addFile(json({ model: `line:${version}`, loss }), 'scores.json'))

  const isBest = await promote(lading, run, { version, loss })
  console.log(`${run.id}: epoch ${epoch}, line:${version}, loss ${loss.toFixed(3)}${isBest ? ', the best' : ''}`)
}

/** Moves `best` to a version if it is better. Others may train at the same time: the move says what it relies on. */
async function promote(lading: Lading, run: Run, { version, loss }: { version: string; loss: number }) {
  for (;;) {
    const best = await find(lading, 'line:best')
    if (best !== null && (await lossOfVersion(best)) <= loss) return false
    try {
      await run.setAlias(`line:${version}`, 'best', { expect: best?.version ?? null })
      return true
    } catch (error) {
      if (!isLadingError(error, 'CONFLICT')) throw error // moved meanwhile: compare with what is best now
    }
  }
}

/** The dataset that a resumed run began with, as a ref; null for a new run. */
async function datasetOf(run: Run): Promise<string | null> {
  const [input] = await run.inputs()
  return input === undefined ? null : `${input.artifact}:v${input.n}`
}

/** Where a resumed run goes on: its newest checkpoint. */
async function lastCheckpoint(lading: Lading, run: Run): Promise<{ epoch: number; line: Line }> {
  const checkpoints = (await run.outputs()).filter(({ artifact }) => artifact === 'line').map(({ n }) => n)
  if (checkpoints.length === 0) return { epoch: 0, line: FLAT }
  const version = await lading.getArtifact(`line:v${Math.max(...checkpoints)}`)
  const metadata = await version.metadata()
  return { epoch: Number(metadata?.['epoch']), line: (await (await version.file('line.json')).json()) as Line }
}

async function find(lading: Lading, ref: string): Promise<Version | null> {
  try {
    return await lading.getArtifact(ref)
  } catch (error) {
    if (isLadingError(error, 'NOT_FOUND')) return null
    throw error
  }
}

async function lossOfVersion(version: Version): Promise<number> {
  return Number((await version.metadata())?.['loss'])
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}
