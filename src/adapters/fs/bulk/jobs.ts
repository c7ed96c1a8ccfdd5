import * as nodeFs from 'node:fs'
import { deliverFiles } from './deliver-files.ts'
import { inspectTargets } from './inspect-targets.ts'
import { listFolders } from './list-folders.ts'
import { readFiles } from './read-files.ts'
import { storeFiles } from './store-files.ts'
import { vouchFiles } from './vouch-files.ts'

/**
 * The jobs that workers do, by name. Each is an ordinary function of a file system and plain data, which blocks while it
 * works. It answers for each of its items whether it was done; what was not done for whatever reason is done one by one
 * by the ordinary code, which knows every case and every error.
 */
export const JOBS = { listFolders, readFiles, storeFiles, deliverFiles, vouchFiles, inspectTargets }

/** The names of the jobs. */
export type JobName = keyof typeof JOBS

/** What a job is given. */
export type JobInput<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[1]

/** What a job answers. */
export type JobOutput<Name extends JobName> = Awaited<ReturnType<(typeof JOBS)[Name]>>

/** Does a job in this very thread. */
export async function doJob<Name extends JobName>(name: Name, input: JobInput<Name>): Promise<JobOutput<Name>> {
  // The table's types say that a name and its input belong together; TypeScript does not follow that through the union.
  const job = JOBS[name] as (fs: typeof nodeFs, input: JobInput<Name>) => JobOutput<Name> | Promise<JobOutput<Name>>
  return job(nodeFs, input)
}
