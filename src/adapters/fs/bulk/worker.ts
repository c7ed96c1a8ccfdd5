import { parentPort } from 'node:worker_threads'
import { doJob } from './jobs.ts'
import type { JobInput, JobName } from './jobs.ts'
import { buffersOf } from './buffers.ts'

/** A job on its way to a worker. */
export interface JobRequest {
  readonly name: JobName
  readonly input: JobInput<JobName>
}

/** That the thread is ready for its first job, or what became of one. */
export type JobResponse = 'ready' | { readonly output: unknown } | { readonly error: unknown }

parentPort!.on('message', async ({ name, input }: JobRequest) => {
  try {
    const output = await doJob(name, input)
    parentPort!.postMessage({ output } satisfies JobResponse, buffersOf(output))
  } catch (error) {
    parentPort!.postMessage({ error } satisfies JobResponse)
  }
})

parentPort!.postMessage('ready' satisfies JobResponse)
