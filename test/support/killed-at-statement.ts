import { writeSync } from 'node:fs'
import { engineOf } from '../adapters/sqlite/sqlite-engine.ts'
import { createSqliteMetadataStore } from '../../src/composition/sqlite.ts'
import { STORY, stoppedClock } from './sqlite-story.ts'

/** A story told by a process that kills itself on the way. */
export interface KilledStoryTask {
  readonly file: string
  /** The statement, from 1, before which it dies. */
  readonly statement: number
}

if (import.meta.main) {
  const { file, statement } = JSON.parse(process.argv[2] ?? '') as KilledStoryTask
  let statements = 0
  const before = (): void => {
    if (++statements === statement) process.kill(process.pid, 'SIGKILL')
  }
  const store = createSqliteMetadataStore({ file, clock: stoppedClock, sqlite: engineOf({ before }) })
  for (const step of STORY) {
    await step(store)
    // A line must have left before the next step: what is buffered dies with the process.
    writeSync(1, 'done\n')
  }
  await store.close()
}
