// One piece of work with lading, in a process of its own.
import type { Lading } from '../../src/index.ts'
import { countDriver } from './counted-driver.ts'
import { loadLading } from './lading-module.ts'
import type { Build, LadingModules } from './lading-module.ts'
import { sampled, taskOf } from './sample.ts'
import type { Told } from './sample.ts'
import { warmUp } from './warm-up.ts'
import type { Warmed } from './warm-up.ts'

/** What is done with the store in a folder, from opening to closing it. */
export type LadingTask = {
  readonly build: Build
  readonly store: string
  /** Whether the driver's calls are counted. The store is then put together by hand. */
  readonly count: boolean
} & ({ readonly kind: 'log'; readonly path: string } | { readonly kind: 'download'; readonly root: string })

const task = taskOf<Warmed<LadingTask>>()
const modules = await loadLading(task.build)
await warmUp<LadingTask>(task, work)
await sampled(() => work(task))

async function work(given: LadingTask): Promise<Told> {
  const { lading, requests } = await open(modules, given)
  const facts = await carryOut(modules, lading, given)
  await lading.close()
  return { requests: requests(), facts }
}

async function open({ lading, fs }: LadingModules, { store, count }: LadingTask) {
  const options = { project: 'bench' }
  if (!count) return { lading: await lading.openStore(store, options), requests: () => null }
  const { driver, requests } = countDriver(fs.createFsObjectStore({ root: store }))
  return { lading: lading.createStore(lading.createPorts(driver), options), requests }
}

async function carryOut(
  { lading: { Artifact } }: LadingModules,
  lading: Lading,
  task: LadingTask,
): Promise<Readonly<Record<string, number>>> {
  if (task.kind === 'log') {
    const { n, sizeBytes, fileCount } = await lading.save(new Artifact('data').add(task.path))
    return { n, bytes: sizeBytes, files: fileCount }
  }
  const { written, kept, bytes } = await (await lading.getArtifact('data')).download({ root: task.root })
  return { bytes, files: written.length + kept.length, written: written.length }
}
