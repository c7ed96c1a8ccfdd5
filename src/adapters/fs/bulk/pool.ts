import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from '../../../ports/facade/call-gate.ts'
import type { CallOptions } from '../../../ports/call.ts'
import { BulkWorker } from './bulk-worker.ts'
import type { Job } from './bulk-worker.ts'
import { stopJob } from './job-control.ts'
import { doJob } from './jobs.ts'
import type { JobInput, JobName, JobOutput } from './jobs.ts'

/** One reads while another one writes. */
const WORKERS_MIN = 2
/** More threads than this measured no faster on any disk, and each costs some megabytes. */
const WORKERS_MAX = 4

/** Jobs that only look at a few hundred files: that takes less time than a thread takes to start. */
const LIGHT: ReadonlySet<JobName> = new Set(['vouchFiles', 'inspectTargets'])
/** How long such jobs may block this thread before others are started, in milliseconds … */
const HERE_MS_MAX = 100
/** … and after what pause anew. */
const HERE_PAUSE_MS = 1_000

/** Threads that do jobs, each one at a time, in the order in which they were asked for. */
class BulkPool {
  readonly #workers = new Set<BulkWorker>()
  readonly #idle: BulkWorker[] = []
  readonly #queue: Job[] = []
  /** Fewer once one could not be started. Where none can, bundled without its file or denied, jobs block this one. */
  #workersMax = Math.min(WORKERS_MAX, Math.max(WORKERS_MIN, availableParallelism()))

  #hereMs = 0
  #hereEndMs = 0

  async run(name: JobName, input: JobInput<JobName>): Promise<unknown> {
    if (LIGHT.has(name) && this.#mayBlock()) {
      await setImmediate()
      // Others may have taken the time meanwhile.
      if (this.#mayBlock()) return this.#doHereTimed(name, input)
    }
    return this.#enqueue(name, input)
  }

  #enqueue(name: JobName, input: JobInput<JobName>): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#queue.push({ name, input, resolve, reject })
    this.#assign()
    return promise
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      if (this.#workersMax === 0) this.#doHere(this.#queue.shift()!)
      else {
        const worker = this.#idle.pop()
        if (!worker) return this.#startIfNeeded()
        worker.take(this.#queue.shift()!)
      }
    }
  }

  /** A thread that is starting will take a job that waits. */
  #startIfNeeded(): void {
    const starting = [...this.#workers].filter(({ isReady }) => !isReady).length
    if (starting >= this.#queue.length || this.#workers.size >= this.#workersMax) return
    this.#workers.add(new BulkWorker({ onIdle: this.#onIdle, onEnd: this.#onEnd }))
  }

  readonly #onIdle = (worker: BulkWorker): void => {
    this.#idle.push(worker)
    this.#assign()
  }

  readonly #onEnd = (worker: BulkWorker): void => {
    this.#workers.delete(worker)
    if (!worker.isReady) this.#workersMax = this.#workers.size
    const index = this.#idle.indexOf(worker)
    if (index >= 0) this.#idle.splice(index, 1)
    this.#assign()
  }

  /** While there is a thread, looking is its work. */
  #mayBlock(): boolean {
    if (performance.now() - this.#hereEndMs > HERE_PAUSE_MS) this.#hereMs = 0
    return this.#workers.size === 0 && this.#hereMs < HERE_MS_MAX
  }

  async #doHereTimed(name: JobName, input: JobInput<JobName>): Promise<unknown> {
    const startMs = performance.now()
    const output = await doJob(name, input)
    this.#hereEndMs = performance.now()
    this.#hereMs += this.#hereEndMs - startMs
    return output
  }

  #doHere({ name, input, resolve, reject }: Job): void {
    doJob(name, input).then(resolve, reject)
  }
}

/** Shared by all stores of this process. */
const pool = new BulkPool()

/**
 * Does a job in another thread: blocking calls there cost a fraction of what promises cost for each small file. A `slab`
 * of its input is given away: it must not be used afterwards. While there is no thread, a job that only looks at files is
 * done in this one, for a tenth of a second in all.
 *
 * Threads are started when a job finds none idle, one a core but at least two and at most four, and end when they have been
 * idle for some seconds. They never keep the process alive while no job is under way. Where none can be started the job
 * blocks this thread.
 *
 * A job without a `control` is not stopped half-way: after an abort the call rejects `ABORTED` when the job is done. Rejects
 * `UNAVAILABLE` when its thread ends, as for a lack of memory; and with what the job throws, which is a bug: jobs report
 * failures of the disk in their answers.
 */
export async function runJob<Name extends JobName>(
  name: Name,
  input: JobInput<Name>,
  options: CallOptions,
): Promise<JobOutput<Name>> {
  throwIfAborted(options)
  const stop = (): void => {
    if ('control' in input) stopJob(input.control)
  }
  options.signal?.addEventListener('abort', stop, { once: true })
  const output = await pool.run(name, input).finally(() => options.signal?.removeEventListener('abort', stop))
  throwIfAborted(options)
  // The worker answers with what the job of this name returned.
  return output as JobOutput<Name>
}
