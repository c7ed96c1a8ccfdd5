import type { Worker } from 'node:worker_threads'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { runJob } from '../../../../src/adapters/fs/bulk/pool.ts'
import { plant, temporaryFolder } from '../user-files-kit.ts'

/** A thread that is idle for longer is ended. */
const IDLE_MS = 5_000

describe('a thread', () => {
  test('that was ended because it was idle loses no job, however soon the next one comes', async () => {
    const read = reading()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    await read()

    vi.advanceTimersByTime(IDLE_MS)

    expect(await read()).toBe(5)
    vi.advanceTimersByTime(IDLE_MS)
  })

  test('that ends during a job is UNAVAILABLE, and the next job has another one', async () => {
    const workers = startedWorkers()
    const [read, readLong] = [reading(), reading({ times: 100_000 })]
    await read()

    const call = readLong()
    for (const worker of workers) void worker.terminate()

    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { message: 'the thread ended' } })
    expect(await read()).toBe(5)
    expect(workers).toHaveLength(2)
  })
})

/** A job that reads a file of 5 bytes, as often as is said. */
function reading({ times = 1 } = {}): () => Promise<number | null> {
  const folder = temporaryFolder()
  plant(folder, { a: 'alpha' })
  return async () => {
    const paths = Array.from({ length: times }, () => join(folder, 'a'))
    const sizes = paths.map(() => 5)
    const { slab, digests } = await runJob('readFiles', { paths, sizes, slab: new Uint8Array(5 * times) }, {})
    return digests[0] === null ? null : slab.subarray(0, 5).length
  }
}

/** Every thread that is started from now on. Those that were started before have ended. */
function startedWorkers(): readonly Worker[] {
  const workers: Worker[] = []
  const note = (worker: Worker): void => void workers.push(worker)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  return workers
}
