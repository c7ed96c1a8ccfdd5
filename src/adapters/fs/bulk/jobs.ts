import * as nodeFs from 'node:fs'
import { getObjects } from './get-objects.ts'
import { inspectTargets } from './inspect-targets.ts'
import { listFolders } from './list-folders.ts'
import { putFiles } from './put-files.ts'
import { readFiles } from './read-files.ts'
import { statFiles } from './stat-files.ts'
import { writeTargets } from './write-targets.ts'

/**
 * The jobs that workers do, by name. Each is an ordinary function of a file system and plain data, which blocks while it
 * works. It answers for each of its items whether it was done; what was not done for whatever reason is done one by one
 * by the ordinary code, which knows every case and every error.
 */
export const JOBS = { listFolders, putFiles, readFiles, statFiles, getObjects, inspectTargets, writeTargets }

/** The names of the jobs. */
export type JobName = keyof typeof JOBS

/** What a job is given. */
export type JobInput<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[1]

/** What a job answers. */
export type JobOutput<Name extends JobName> = ReturnType<(typeof JOBS)[Name]>

/** Does a job in this very thread. */
export function doJob<Name extends JobName>(name: Name, input: JobInput<Name>): JobOutput<Name> {
  // The table's types say that a name and its input belong together; TypeScript does not follow that through the union.
  const job = JOBS[name] as (fs: typeof nodeFs, input: JobInput<Name>) => JobOutput<Name>
  return job(nodeFs, input)
}
