import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { STORY, stoppedClock, tellOf } from '../../support/sqlite-story.ts'
import { expectWholeSteps, statesOfStory, survives } from '../../support/sqlite-killed.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { engineOf } from './sqlite-engine.ts'
import { openFile } from './sqlite-kit.ts'

/** What a process that is killed leaves to others: all that it wrote, and none of its locks. */
function copyOf(file: string, folder: string): string {
  mkdirSync(folder)
  const copy = join(folder, 'lading.db')
  for (const suffix of ['', '-wal']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
  }
  return copy
}

describe('a process that dies before any of its statements', () => {
  test('leaves all that it acknowledged, and nothing half', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'story', 'lading.db')
    const left: { readonly copy: string; readonly acknowledged: number }[] = []
    let acknowledged = 0
    const before = (sql: string): void => {
      // A query leaves what the statement before it has left.
      if (/^(SELECT|PRAGMA user_version$)/.test(sql)) return
      left.push({ copy: copyOf(file, join(folder, `${left.length}`)), acknowledged })
    }
    const store = openFile(file, { clock: stoppedClock, sqlite: engineOf({ before }) })

    for (const step of STORY) {
      await step(store)
      acknowledged++
    }

    const states = await statesOfStory(join(folder, 'reference.db'))
    expect(left.length).toBeGreaterThan(80)
    for (const { copy, acknowledged: count } of left) {
      const found = openFile(copy)
      const told = await tellOf(found)
      await found.close()
      expectWholeSteps(told, states, count)
    }
  })

  // At each of them in test/full.
  test.each([30, 100])('with SIGKILL, at statement %i, leaves the same', async (statement) => {
    const folder = temporaryFolder()
    const states = await statesOfStory(join(folder, 'reference.db'))

    expect(await survives({ file: join(folder, 'lading.db'), statement }, states)).toBe(true)
  })
})
