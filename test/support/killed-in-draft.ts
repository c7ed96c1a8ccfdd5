import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore } from '../../src/index.ts'
import { watchedFs } from './faulty-fs.ts'

/** An upsert and a finish by a process that kills itself on the way. */
export interface KilledDraftTask {
  readonly store: string
  /** The change of the disk, from 1, before which it dies. */
  readonly step: number
}

/** The distributed id of the draft. */
export const KILLED_DRAFT = 'night run'

/** What it prints once its part was acknowledged. */
export const ACKNOWLEDGED = 'upserted'

if (import.meta.main) {
  const { store, step } = JSON.parse(process.argv[2] ?? '') as KilledDraftTask
  let steps = 0
  const fs = watchedFs(({ changes }) => {
    if (changes && ++steps === step) process.kill(process.pid, 'SIGKILL')
  })
  const lading = createStore(createPorts(createFsObjectStore({ root: store, fs })), { project: 'demo' })
  const run = await lading.init({ id: 'producer', group: KILLED_DRAFT })
  await run.upsertArtifact(new Artifact('model').addFile(new TextEncoder().encode('of producer'), 'producer'))
  process.stdout.write(`${ACKNOWLEDGED}\n`)
  await run.finishArtifact('model', { aliases: ['prod'] })
}
