// A manifest of very many entries: logged, and in another process resolved and one file of it read.
import type { Lading } from '../../src/index.ts'
import { loadLading } from './lading-module.ts'
import type { Build, LadingModules } from './lading-module.ts'
import { sampled, taskOf } from './sample.ts'

/** What is done with the store in a folder. */
export interface ManifestTask {
  readonly build: Build
  readonly kind: 'log' | 'read'
  readonly store: string
  /** One of them is a file, the others are references. */
  readonly entries: number
}

const FILE = 'last.txt'

const task = taskOf<ManifestTask>()
const modules = await loadLading(task.build)
await sampled(async () => {
  await using lading = await modules.lading.openStore(task.store, { project: 'bench' })
  return { facts: task.kind === 'log' ? await logEntries(modules, lading, task.entries) : await readOne(lading) }
})

async function logEntries({ lading: { Artifact } }: LadingModules, lading: Lading, entries: number) {
  const artifact = new Artifact('many').addFile(new TextEncoder().encode('the last one'), FILE)
  for (let index = 1; index < entries; index++) {
    const path = `shard-${index % 1_000}/sample-${index}.tar.gz`
    const sha256 = index.toString(16).padStart(8, '0').repeat(8)
    artifact.addReference(`s3://data/${path}`, path, { sha256, size: 1_000 + index })
  }
  const { fileCount } = await lading.save(artifact)
  return { files: fileCount }
}

async function readOne(lading: Lading) {
  const version = await lading.getArtifact('many')
  const bytes = (await (await version.file(FILE)).text()).length
  return { files: version.fileCount, bytes }
}
