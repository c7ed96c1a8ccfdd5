import { Worker } from 'node:worker_threads'
import { LadingError } from '../../../domain/errors.ts'
import { buffersOf } from './buffers.ts'
import type { JobInput, JobName } from './jobs.ts'
import type { JobRequest, JobResponse } from './worker.ts'

/** How long an idle worker is kept, in milliseconds: starting one costs about 30. */
const IDLE_MS = 5_000

/** Node runs `.ts` as it is; the published package has `.js`. */
const WORKER_URL = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** A job that waits for its end. */
export interface Job {
  readonly name: JobName
  readonly input: JobInput<JobName>
  resolve(output: unknown): void
  reject(error: unknown): void
}

/** What a pool is told of its workers. */
export interface WorkerEvents {
  /** The worker is ready for a job. */
  onIdle(worker: BulkWorker): void
  /** The worker is gone; it was never ready if it did not come to life. */
  onEnd(worker: BulkWorker): void
}

/** One thread that does jobs, and ends when it has been idle for a while. It keeps the process alive during a job only. */
export class BulkWorker {
  readonly #events: WorkerEvents
  readonly #worker: Worker | null
  #isReady = false
  #hasEnded = false
  #job: Job | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(events: WorkerEvents) {
    this.#events = events
    this.#worker = this.#start()
  }

  /** Whether it has come to life. */
  get isReady(): boolean {
    return this.#isReady
  }

  take(job: Job): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#job = job
    this.#worker?.ref()
    const { name, input } = job
    this.#worker?.postMessage({ name, input } satisfies JobRequest, buffersOf(input))
  }

  /** Null where threads are denied: that is told a turn of the event loop later, as every other end is. */
  #start(): Worker | null {
    try {
      const worker = new Worker(WORKER_URL)
      worker.on('message', (response: JobResponse) => this.#answer(response))
      worker.on('error', (error) => this.#end(error))
      worker.on('exit', () => this.#end(new Error('the thread ended')))
      return worker
    } catch (error) {
      setImmediate(() => this.#end(error))
      return null
    }
  }

  #answer(response: JobResponse): void {
    this.#isReady = true
    const job = this.#job
    this.#job = null
    this.#worker?.unref()
    this.#timer = setTimeout(() => this.#retire(), IDLE_MS).unref()
    if (response !== 'ready') {
      if ('error' in response) job?.reject(response.error)
      else job?.resolve(response.output)
    }
    this.#events.onIdle(this)
  }

  /** Gone before the thread is: a job that came to it while it ends would be lost. */
  #retire(): void {
    this.#end(new Error('the thread was idle'))
    void this.#worker?.terminate()
  }

  /** Called for an error and again for the exit that follows it. */
  #end(error: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#job?.reject(lost(error))
    this.#job = null
    this.#events.onEnd(this)
  }
}

/** Nobody knows how much of its job the thread did; whoever does it again gets it right. */
function lost(cause: unknown): LadingError {
  const detail = `a thread of this process ended during its work (${cause instanceof Error ? cause.message : String(cause)})`
  return new LadingError('UNAVAILABLE', {
    detail,
    next: 'see that the process has memory enough, then try again',
    cause,
  })
}
