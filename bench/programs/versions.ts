// Small new versions inside one process, without sync: the first of an artifact, the 1,000th, the 100,000th.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lading } from '../../src/index.ts'
import { loadLading } from './lading-module.ts'
import type { Build, LadingModules } from './lading-module.ts'
import { sampled, taskOf } from './sample.ts'

/** In which store, and how many. */
export interface VersionsTask {
  readonly build: Build
  readonly store: 'fs' | 'memory'
  /** An empty folder. */
  readonly folder: string
  /** Artifacts that have so many versions are compared with new ones. */
  readonly versions: readonly number[]
  /** How many logs of each are timed. */
  readonly samples: number
}

/** Logs that make the engine compile what it will run, before anything is timed. */
const WARM_UP = 500
/** Blob, manifest, version, digest, head: what a version is made of on a disk. */
const FILES = 5
const FILE_BYTES = 400

const task = taskOf<VersionsTask>()
const modules = await loadLading(task.build)
const encoder = new TextEncoder()
let contents = 0

await sampled(async () => {
  await using lading = open(modules, task)
  for (let n = 0; n < Math.min(WARM_UP, 10 * task.samples); n++) await logVersion(lading, 'warm-up')
  for (const count of task.versions) for (let n = 1; n < count; n++) await logVersion(lading, `grown-${count}`)
  return { steps: await timeInTurn(lading) }
})

function open({ lading, fs, memory }: LadingModules, { store, folder }: VersionsTask): Lading {
  const driver =
    store === 'memory'
      ? memory.createMemoryObjectStore()
      : fs.createFsObjectStore({ root: join(folder, 'store'), durability: 'none' })
  return lading.createStore(lading.createPorts(driver), { project: 'bench' })
}

async function logVersion(lading: Lading, name: string): Promise<void> {
  const content = encoder.encode(`small content ${contents++}`)
  await lading.save(new modules.lading.Artifact(name).addFile(content, 'content.txt'))
}

/** One log of each kind after the other, so that what disturbs one disturbs all. */
async function timeInTurn(lading: Lading): Promise<Record<string, number[]>> {
  const steps: Record<string, number[]> = {}
  const time = async (name: string, work: () => void | Promise<void>): Promise<void> => {
    const start = performance.now()
    await work()
    ;(steps[name] ??= []).push(performance.now() - start)
  }
  const plain = join(task.folder, 'plain')
  mkdirSync(plain)
  for (let sample = 0; sample < task.samples; sample++) {
    await time('1', () => logVersion(lading, `first-${sample}`))
    for (const count of task.versions) await time(String(count), () => logVersion(lading, `grown-${count}`))
    if (task.store === 'fs') await time('plain', () => writePlain(plain, sample))
  }
  return steps
}

/** What a plain script would do to have as many small files, whole or not at all. */
function writePlain(folder: string, sample: number): void {
  for (let file = 0; file < FILES; file++) {
    const path = join(folder, `${sample}-${file}`)
    writeFileSync(`${path}.part`, Buffer.alloc(FILE_BYTES, sample))
    renameSync(`${path}.part`, path)
  }
}
