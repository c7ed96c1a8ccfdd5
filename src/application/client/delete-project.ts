import pMap from 'p-map'
import { LadingError } from '../../domain/errors.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { paged } from './paged.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** What the deletion of a project did. */
export interface DeleteProjectResult {
  readonly project: string
  /** Names of the artifacts that were deleted, in the order of their listing. */
  readonly deleted: readonly string[]
}

/** Artifacts deleted at once. */
const DELETIONS = 8

/**
 * Deletes each artifact that the project has when this begins, with all versions and aliases. The project stays listed,
 * numbers go on when a name is logged again, and blobs are not touched.
 *
 * May be repeated, also after a stop: what is deleted already is not listed any more. An artifact that is logged
 * meanwhile may survive, and so may a draft that is open. Rejects `NOT_FOUND` for a project that was never there. Costs a
 * listing, and one deletion for each artifact.
 */
export async function deleteProject(
  ports: ClientPorts,
  project: string,
  { onProgress, signal }: WorkOptions,
): Promise<DeleteProjectResult> {
  const { transport } = ports
  const names: string[] = []
  for await (const { key } of paged((page) => transport.artifacts(project, { ...page, signal })))
    names.push(key.artifact)
  if (names.length === 0) await assertProject(ports, project, { signal })
  const meter = createMeter({ phase: 'delete', filesTotal: names.length, bytesTotal: 0 }, onProgress)
  const deleteOne = async (artifact: string): Promise<void> => {
    await transport.deleteArtifact({ project, artifact }, newChange(ports, null), { signal })
    meter.file()
  }
  await pMap(names, deleteOne, { concurrency: DELETIONS })
  return { project, deleted: names }
}

async function assertProject(
  { transport }: ClientPorts,
  project: string,
  { signal }: Pick<WorkOptions, 'signal'>,
): Promise<void> {
  for await (const { name } of paged((page) => transport.projects({ ...page, signal }))) if (name === project) return
  throw new LadingError('NOT_FOUND', { key: project, detail: 'no such project', next: 'list the projects' })
}
