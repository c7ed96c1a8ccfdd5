import { expect } from 'vitest'
import { createSqliteMetadataStore } from '../../src/composition/sqlite.ts'
import { unsyncedSqlite } from '../contract/support/sqlite.ts'
import { spawnScript } from './child-process.ts'
import type { KilledStoryTask } from './killed-at-statement.ts'
import { STORY, stoppedClock, tellOf } from './sqlite-story.ts'

/** What there is to read after each number of steps of the story, told by somebody who is not killed. */
export async function statesOfStory(file: string): Promise<readonly string[]> {
  const store = createSqliteMetadataStore({ file, clock: stoppedClock, sqlite: unsyncedSqlite })
  const states = [await tellOf(store)]
  for (const step of STORY) {
    await step(store)
    states.push(await tellOf(store))
  }
  await store.close()
  return states
}

/** All acknowledged steps are there; the one that was under way is there whole, or not at all. */
export function expectWholeSteps(told: string, states: readonly string[], acknowledged: number): void {
  expect([states[acknowledged], states[acknowledged + 1]], `after ${acknowledged} steps`).toContain(told)
}

/** Lets a process tell the story and die on the way, then looks. False when it came to the end before that statement. */
export async function survives(task: KilledStoryTask, states: readonly string[]): Promise<boolean> {
  const { signal, code, lines, errors } = await spawnScript('killed-at-statement', task).ended
  if (signal === null) expect(code, errors).toBe(0)
  const store = createSqliteMetadataStore({ file: task.file, sqlite: unsyncedSqlite })
  expectWholeSteps(await tellOf(store), states, lines.length)
  await store.close()
  return signal === 'SIGKILL'
}
