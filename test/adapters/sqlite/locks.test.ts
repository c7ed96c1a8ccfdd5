import { describe, expect, test } from 'vitest'
import { LOCK_WAIT_MS } from '../../../src/adapters/sqlite/config.ts'
import { systemClock } from '../../../src/adapters/system/index.ts'
import type { Clock } from '../../../src/ports/environment.ts'
import { failureOf } from '../../support/failure-of.ts'
import { logOf } from '../../support/log-command.ts'
import { databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

/** A clock on which every pause takes this long, and is told to `paused`. */
function clockOf(pauseMs: number, paused: (count: number) => void = () => {}): Clock {
  let [now, count] = [0, 0]
  return {
    ...systemClock,
    monotonicMs: () => now,
    async pause(ms, signal) {
      now += pauseMs
      paused(++count)
      await systemClock.pause(Math.min(ms, 1), signal)
    },
  }
}

describe('a long row of calls', () => {
  test('leaves this thread to others now and then, so that it can be aborted', async () => {
    const store = openFile(databaseFile())
    await store.commit(KEY, logOf('A'), {})
    const signal = AbortSignal.timeout(1)
    const row = async (): Promise<void> => {
      for (let count = 0; count < 50_000; count++) await store.head(KEY, { signal })
    }

    expect((await failureOf(row())).code).toBe('ABORTED')
  })
})

describe('a database that somebody else keeps locked', () => {
  test('is waited for up to a limit; then the write is UNAVAILABLE and nothing is changed', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const other = rawDatabase(file)
    other.exec('BEGIN IMMEDIATE')
    let pauses = 0
    const store = openFile(file, { clock: clockOf(LOCK_WAIT_MS / 4, (count) => (pauses = count)) })

    const error = await failureOf(store.commit(KEY, logOf('B'), {}))

    expect(error).toMatchObject({ code: 'UNAVAILABLE', retry: 'later', detail: expect.stringContaining('locked') })
    expect(pauses).toBe(4)
    other.exec('ROLLBACK')
    expect((await store.head(KEY, {}))?.next).toBe(1)
    expect((await store.commit(KEY, logOf('B'), {})).n).toBe(1)
  })

  test('is written as soon as it is free', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const other = rawDatabase(file)
    other.exec('BEGIN IMMEDIATE')
    const clock = clockOf(1, (count) => {
      if (count === 3) other.exec('COMMIT')
    })

    expect((await openFile(file, { clock }).commit(KEY, logOf('B'), {})).n).toBe(1)
  })

  test('is read meanwhile', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const other = rawDatabase(file)
    other.exec("BEGIN IMMEDIATE; UPDATE artifacts SET description = 'not committed'")

    expect((await openFile(file).head(KEY, {}))?.description).toBeNull()
  })

  test('is no longer waited for when the signal fires: ABORTED, and nothing is changed', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const other = rawDatabase(file)
    other.exec('BEGIN IMMEDIATE')
    const controller = new AbortController()
    const clock = clockOf(1, (count) => {
      if (count === 2) controller.abort()
    })

    const work = openFile(file, { clock }).commit(KEY, logOf('B'), { signal: controller.signal })

    expect((await failureOf(work)).code).toBe('ABORTED')
    other.exec('ROLLBACK')
    expect((await openFile(file).head(KEY, {}))?.next).toBe(1)
  })

  test('keeps no other call of the same handle from reading', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    const other = rawDatabase(file)
    other.exec('BEGIN IMMEDIATE')
    let isLocked = true

    const writing = store.commit(KEY, logOf('B'), {}).finally(() => (isLocked = false))
    expect((await store.head(KEY, {}))?.next).toBe(1)

    expect(isLocked).toBe(true)
    other.exec('ROLLBACK')
    expect((await writing).n).toBe(1)
  })
})
