import { Artifact, createPorts, createStore } from '../../src/index.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { watchedFs } from './faulty-fs.ts'

/** A log by a process that kills itself on the way. */
export interface KilledLogTask {
  readonly store: string
  /** The change of the disk, from 1, before which it dies. */
  readonly step: number
}

/** The content that it logs, as v1 with the alias `prod`. */
export const KILLED_CONTENT = 'content of v1'

/** The artifact that it logs: two files, one of which the store has. */
export function killedDraft(): Artifact {
  return new Artifact('model').addFile(text(KILLED_CONTENT), 'weights').addFile(text('known'), 'config')
}

if (import.meta.main) {
  const { store, step } = JSON.parse(process.argv[2] ?? '') as KilledLogTask
  let steps = 0
  const fs = watchedFs(({ changes }) => {
    if (changes && ++steps === step) process.kill(process.pid, 'SIGKILL')
  })
  const lading = createStore(createPorts(createFsObjectStore({ root: store, fs })), { project: 'demo' })
  const run = await lading.init({ id: 'producer' })
  await run.logArtifact(killedDraft(), { aliases: ['prod'] })
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}
