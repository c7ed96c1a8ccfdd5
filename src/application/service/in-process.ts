import { deniedCollaboration } from '../../ports/denied.ts'
import type { Transport, TransportCapabilities } from '../../ports/transport.ts'
import { readLayout } from './layouts.ts'
import { traceLineage } from './lineage.ts'
import { readManifest } from './manifests.ts'
import { createChanges } from './changes.ts'
import { createDrafts } from './drafts.ts'
import { readMetadata } from './metadata.ts'
import { repairBlobs } from './repair.ts'
import type { ServicePorts } from './service-ports.ts'
import { beginUpload } from './upload.ts'
import { createUses } from './uses.ts'

/**
 * The Transport of a local store: the service in this very process.
 *
 * Closing it closes both stores, the blobs first: a log under way then ends before its commit or is carried to its end.
 * Costs nothing beside what the stores cost, but where `createUses` and `beginUpload` say so.
 */
export function createInProcessTransport(ports: ServicePorts): Transport {
  const { metadata, blobs } = ports
  return {
    capabilities: capabilitiesOf(ports),
    ...createChanges(ports),
    ...(metadata.capabilities.drafts ? createDrafts(ports) : deniedCollaboration()),
    upload: (key, options) => beginUpload(ports, key, options),
    ...createUses(ports),
    repair: (key, items, options) => repairBlobs(ports, key, items, options),
    head: (key, options) => metadata.head(key, options),
    metadata: (version, options) => readMetadata(ports, version, options),
    manifest: (key, digest, options) => readManifest(blobs.in(key.project), digest, options),
    read: ({ project }, wants, sink, options) => blobs.in(project).read(wants, sink, options),
    layout: (project, manifest, options) => readLayout(ports, { project, manifest }, options),
    moves: (key, options) => metadata.moves(key, options),
    projects: (options) => metadata.projects(options),
    artifacts: (project, options) => metadata.artifacts(project, options),
    versions: (key, options) => metadata.versions(key, options),
    runs: (project, options) => metadata.runs(project, options),
    startRun: (run, options) => metadata.startRun(run, options),
    run: (project, id, options) => metadata.run(project, id, options),
    endRun: (run, at, options) => metadata.endRun(run, at, options),
    linksOf: (key, options) => metadata.linksOf(key, options),
    linksOfRun: (project, run, options) => metadata.linksOfRun(project, run, options),
    lineage: (key, options) => traceLineage(metadata, key, options),
    export: (key, options) => metadata.export(key, options),
    close: () => closeAll([blobs, metadata]),
  }
}

/** In this order, each of them whatever becomes of the others. */
async function closeAll(stores: readonly { close(): Promise<void> }[]): Promise<void> {
  const errors: unknown[] = []
  for (const store of stores) await store.close().catch((error: unknown) => errors.push(error))
  if (errors.length > 1) throw new AggregateError(errors, 'neither the blobs nor the metadata could be closed')
  if (errors.length === 1) throw errors[0]
}

function capabilitiesOf({ metadata }: ServicePorts): TransportCapabilities {
  return Object.freeze({
    adapter: metadata.capabilities.adapter,
    onePass: true,
    expect: true,
    collaborate: metadata.capabilities.drafts,
    delete: true,
    export: true,
    repair: true,
    delivery: 'alone',
  })
}
