import type { HistoryEvent } from '../../domain/history.ts'
import { assertDigest } from '../../domain/digest.ts'
import { normaliseMetadata } from '../../domain/metadata.ts'
import { assertName } from '../../domain/names.ts'
import type { PageOptions } from '../metadata-store.ts'
import type { Transport, Upload } from '../transport.ts'
import { assertWants } from './blob-checks.ts'
import { createCallGate, throwIfAborted } from './call-gate.ts'
import { watchedSink, WatchedSource } from './caller-errors.ts'
import { assertArtifactKey, assertPageOptions, assertRunRecord, assertVersionKey } from './metadata-checks.ts'
import { assertBlobs, assertChange, assertLineage, assertMove, assertSelector } from './transport-checks.ts'
import { checkedCollaboration } from './collaboration.ts'
import { assertBoolean, assertCount, assertRunRef, assertText, assertTime } from './value-checks.ts'
import { frontOf } from './transport-front.ts'
import type { TransportFront } from './transport-front.ts'
import { checkedUpload } from './upload.ts'

/**
 * The checked front of a transport: every client uses one through it.
 *
 * It refuses what no service may see (`INVALID`), what the capabilities deny (`UNSUPPORTED`), a fired signal (`ABORTED`)
 * and any call after `close` (`CLOSED`), which waits for the calls under way; uploads that were begun before are closed
 * with it. `latest` among the aliases of a log is left out. Every rejection is a LadingError with operation, key and
 * adapter: what an adapter did not name is `UNAVAILABLE` for a read and `UNKNOWN_OUTCOME` for a write. Errors of the
 * caller's own sources and sinks come back as they are. Hashes nothing: that blobs and manifests are verified is the
 * adapter's duty, who may have done it already.
 */
export function checkedTransport(transport: Transport): Transport {
  const { capabilities } = transport
  const front = frontOf(createCallGate(capabilities.adapter), capabilities)
  // An adapter knows its own uploads, and not the fronts of them.
  const uploads = new WeakMap<Upload, Upload>()
  return {
    capabilities,
    ...checkedVersions(front, transport),
    ...checkedBytes(front, transport, uploads),
    ...checkedRepair(front, transport),
    ...checkedCollaboration(front, transport, uploads),
    ...checkedChanges(front, transport),
    ...checkedListings(front, transport),
    ...checkedRuns(front, transport),
    export: (key, options) => checkedExport(front, transport, { key, options }),
    close: () => front.gate.close(() => transport.close()),
  }
}

/** An artifact or a version, as errors name it. */
function nameOf({ project, artifact, n }: { project: string; artifact: string; n?: number }): string {
  return `${project}/${artifact}${n === undefined ? '' : `:v${n}`}`
}

type Versions = Pick<Transport, 'resolve' | 'head' | 'metadata' | 'moves' | 'lineage'>

function checkedVersions({ read }: TransportFront, transport: Transport): Versions {
  return {
    resolve: (key, selector, options) =>
      read({ operation: 'resolve', key: nameOf(key), options }, async () => {
        assertSelector(selector)
        return transport.resolve(assertArtifactKey(key), selector, options)
      }),
    head: (key, options) =>
      read({ operation: 'head', key: nameOf(key), options }, async () =>
        transport.head(assertArtifactKey(key), options),
      ),
    metadata: (version, options) =>
      read({ operation: 'metadata', key: nameOf(version.key), options }, async () => {
        assertVersionKey(version.key)
        return transport.metadata(version, options)
      }),
    moves: (key, options) =>
      read({ operation: 'moves', key: nameOf(key), options }, async () => {
        return transport.moves(assertArtifactKey(key), options)
      }),
    lineage: (key, options) =>
      read({ operation: 'lineage', key: nameOf(key), options }, async () => {
        assertLineage(options)
        return transport.lineage(assertVersionKey(key), options)
      }),
  }
}

function checkedBytes(
  front: TransportFront,
  transport: Transport,
  uploads: WeakMap<Upload, Upload>,
): Pick<Transport, 'upload' | 'manifest' | 'read' | 'layout'> {
  return {
    upload: (key, options) =>
      front.read({ operation: 'upload', key: nameOf(key), options }, async () => {
        assertArtifactKey(key)
        options.bases.forEach(assertDigest)
        const upload = await transport.upload(key, options)
        const checked = checkedUpload(front, nameOf(key), upload)
        uploads.set(checked, upload)
        return checked
      }),
    manifest: (key, digest, options) =>
      front.read({ operation: 'manifest', key: nameOf(key), options }, async () => {
        return transport.manifest(assertVersionKey(key), assertDigest(digest), options)
      }),
    read(from, wants, sink, options) {
      const callerErrors = new Set<unknown>()
      return front.read({ operation: 'read', key: from.manifest, options, callerErrors }, async () => {
        assertName('project', from.project)
        assertDigest(from.manifest)
        assertWants(wants)
        await transport.read(from, wants, watchedSink(sink, callerErrors), options)
      })
    },
    layout: (project, manifest, options) =>
      front.read({ operation: 'layout', key: manifest, options }, async () => {
        return transport.layout(assertName('project', project), assertDigest(manifest), options)
      }),
  }
}

function checkedRepair({ write }: TransportFront, transport: Transport): Pick<Transport, 'repair'> {
  return {
    repair(key, items, options) {
      const callerErrors = new Set<unknown>()
      const call = { operation: 'repair', key: nameOf(key), options, requires: 'repair', callerErrors } as const
      return write(call, async () => {
        assertVersionKey(key)
        assertBlobs(items)
        const watched = items.map((item) => ({ ...item, source: new WatchedSource(item.source, callerErrors) }))
        return transport.repair(key, watched, options)
      })
    },
  }
}

type Changes = Pick<
  Transport,
  'recordUse' | 'moveAlias' | 'updateMetadata' | 'describe' | 'deleteVersion' | 'deleteArtifact'
>

function checkedChanges({ write }: TransportFront, transport: Transport): Changes {
  return {
    recordUse: (key, use, options) =>
      write({ operation: 'recordUse', key: nameOf(key), options }, async () => {
        assertRunRef(use.run)
        assertChange(use)
        await transport.recordUse(assertVersionKey(key), use, options)
      }),
    moveAlias(key, move, options) {
      const requires = move.expect === undefined ? undefined : 'expect'
      return write({ operation: 'moveAlias', key: nameOf(key), options, requires }, async () => {
        assertMove(move)
        await transport.moveAlias(assertArtifactKey(key), move, options)
      })
    },
    updateMetadata: (key, edit, options) =>
      write({ operation: 'updateMetadata', key: nameOf(key), options }, async () => {
        assertChange(edit)
        const metadata = normaliseMetadata(edit.metadata)
        await transport.updateMetadata(assertVersionKey(key), { ...edit, metadata }, options)
      }),
    describe: (key, edit, options) =>
      write({ operation: 'describe', key: nameOf(key), options }, async () => {
        assertChange(edit)
        assertText('the description', edit.description)
        await transport.describe(assertArtifactKey(key), edit, options)
      }),
    deleteVersion: (key, removal, options) =>
      write({ operation: 'deleteVersion', key: nameOf(key), options, requires: 'delete' }, async () => {
        assertChange(removal)
        assertBoolean('withAliases', removal.withAliases)
        await transport.deleteVersion(assertVersionKey(key), removal, options)
      }),
    deleteArtifact: (key, removal, options) =>
      write({ operation: 'deleteArtifact', key: nameOf(key), options, requires: 'delete' }, async () => {
        assertChange(removal)
        await transport.deleteArtifact(assertArtifactKey(key), removal, options)
      }),
  }
}

function checkedListings(
  { read }: TransportFront,
  transport: Transport,
): Pick<Transport, 'projects' | 'artifacts' | 'versions' | 'runs'> {
  const page = <O extends PageOptions>(options: O): O => {
    assertPageOptions(options)
    return options
  }
  return {
    projects: (options) =>
      read({ operation: 'projects', key: '', options }, async () => transport.projects(page(options))),
    artifacts: (project, options) =>
      read({ operation: 'artifacts', key: project, options }, async () => {
        return transport.artifacts(assertName('project', project), page(options))
      }),
    versions: (key, options) =>
      read({ operation: 'versions', key: nameOf(key), options }, async () => {
        return transport.versions(assertArtifactKey(key), page(options))
      }),
    runs: (project, options) =>
      read({ operation: 'runs', key: project, options }, async () => {
        return transport.runs(assertName('project', project), page(options))
      }),
  }
}

type Runs = Pick<Transport, 'startRun' | 'run' | 'endRun' | 'linksOf' | 'linksOfRun'>

function checkedRuns({ read, write }: TransportFront, transport: Transport): Runs {
  return {
    startRun: (run, options) =>
      write({ operation: 'startRun', key: run.id, options }, async () =>
        transport.startRun(assertRunRecord({ ...run, config: normaliseMetadata(run.config) }), options),
      ),
    run: (project, id, options) =>
      read({ operation: 'run', key: id, options }, async () => {
        return transport.run(assertName('project', project), assertName('run', id), options)
      }),
    endRun: (run, at, options) =>
      write({ operation: 'endRun', key: run.id, options }, async () => {
        assertTime(at)
        await transport.endRun(assertRunRef(run), at, options)
      }),
    linksOf: (key, options) =>
      read({ operation: 'linksOf', key: nameOf(key), options }, async () => {
        return transport.linksOf(assertVersionKey(key), options)
      }),
    linksOfRun: (project, run, options) =>
      read({ operation: 'linksOfRun', key: run, options }, async () => {
        return transport.linksOfRun(assertName('project', project), assertName('run', run), options)
      }),
  }
}

async function* checkedExport(
  { read }: TransportFront,
  transport: Transport,
  { key, options }: { key: Parameters<Transport['export']>[0]; options: Parameters<Transport['export']>[1] },
): AsyncGenerator<HistoryEvent> {
  const call = { operation: 'export', key: nameOf(key), options, requires: 'export' } as const
  const events = await read(call, async () => {
    assertCount('the first version to export', options.since)
    return transport.export(assertArtifactKey(key), options)[Symbol.asyncIterator]()
  })
  try {
    for (;;) {
      const step = await read(call, () => events.next())
      if (step.done) return
      throwIfAborted(options)
      yield step.value
    }
  } finally {
    await events.return?.()
  }
}
