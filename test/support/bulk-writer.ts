import { writeSync } from 'node:fs'
import { Artifact, openStore } from '../../src/index.ts'

/** A process that logs a folder of many small files and downloads it again. */
export interface BulkTask {
  readonly store: string
  readonly cache: string
  readonly artifact: string
  /** What is logged. */
  readonly folder: string
  /** Where it is downloaded to. */
  readonly root: string
  /** Kills itself when it is told of progress for so many-th time, if that ever comes. */
  readonly killedAt: number
}

/** What it prints when the store has acknowledged it. */
export interface BulkLine {
  readonly n: number
  readonly digest: string
}

if (import.meta.main) {
  const { store, cache, artifact, folder, root, killedAt } = JSON.parse(process.argv[2] ?? '') as BulkTask
  let told = 0
  const onProgress = (): void => {
    if (++told === killedAt) process.kill(process.pid, 'SIGKILL')
  }
  await using lading = await openStore(store, { project: 'demo', cache })
  const { n, digest } = await lading.save(new Artifact(artifact).addDir(folder), { onProgress })
  // What is buffered dies with the process.
  writeSync(1, `${JSON.stringify({ n, digest } satisfies BulkLine)}\n`)
  const version = await lading.getArtifact(`${artifact}:v${n}`)
  await version.download({ root, onProgress })
}
