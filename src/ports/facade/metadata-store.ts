import { isLadingError } from '../../domain/errors.ts'
import type { Command } from '../../domain/command.ts'
import type { HistoryEvent } from '../../domain/history.ts'
import type { CallOptions } from '../call.ts'
import type { CommitOptions, MetadataStore, PageOptions } from '../metadata-store.ts'
import { createCallGate, throwIfAborted } from './call-gate.ts'
import type { CallGate, GatedCall } from './call-gate.ts'
import type { MetadataFront } from './metadata-front.ts'
import {
  assertArtifactKey,
  assertCommand,
  assertEdge,
  assertMetadataEdit,
  assertPageOptions,
  assertRunRecord,
  assertVersionKey,
} from './metadata-checks.ts'
import { checkedDrafts } from './draft-store.ts'
import { checkedEvents } from './history-checks.ts'
import { assertSelector } from './transport-checks.ts'
import { assertCount, assertRunRef, assertTime } from './value-checks.ts'
import { assertName } from '../../domain/names.ts'
import { assertDigest } from '../../domain/digest.ts'

/**
 * The checked front of a metadata store: every store is used through it.
 *
 * It checks names, numbers and pages (`INVALID`), opens the store before its first call, stops on the signal
 * (`ABORTED`), and names operation, key and adapter in every error. What an adapter did not name is `UNAVAILABLE` for
 * a read and `UNKNOWN_OUTCOME` for a write. After `close`, which waits for the calls under way, all is `CLOSED`.
 */
export function checkedMetadataStore(store: MetadataStore): MetadataStore {
  const gate = createCallGate(store.capabilities.adapter)
  const opened = openOnce(store)
  const front: MetadataFront = {
    read: (operation, key, options, body) =>
      pass(gate, { operation, key, foreign: 'UNAVAILABLE', options }, opened, body),
    write: (operation, key, options, body) =>
      pass(gate, { operation, key, foreign: 'UNKNOWN_OUTCOME', options }, opened, body),
  }
  return {
    capabilities: store.capabilities,
    open: (options) => front.read('open', '', options, async () => undefined),
    ...checkedCommands(front, store),
    ...checkedVersions(front, store),
    ...checkedListings(front, store),
    ...checkedRuns(front, store),
    ...checkedHistory(front, store),
    drafts: checkedDrafts(front, store),
    close: () => gate.close(() => store.close()),
  }
}

/** An adapter checks its format before anything else; a check that failed is tried again. */
function openOnce(store: MetadataStore): (options: CallOptions) => Promise<void> {
  let opened = false
  return async (options) => {
    if (opened) return
    await store.open(options)
    opened = true
  }
}

async function pass<T>(
  gate: CallGate,
  call: Pick<GatedCall, 'operation' | 'foreign'> & { key: string; options: CallOptions },
  open: (options: CallOptions) => Promise<void>,
  body: () => Promise<T>,
): Promise<T> {
  const { operation, foreign, key, options } = call
  try {
    return await gate.run({ operation, foreign, signal: options.signal }, async () => {
      await open(options)
      return body()
    })
  } catch (error) {
    throw isLadingError(error) && key !== '' ? error.with({ key }) : error
  }
}

const nameOf = (key: { project: string; artifact: string; n?: number }): string => {
  const artifact = `${key.project}/${key.artifact}`
  return key.n === undefined ? artifact : `${artifact}:v${key.n}`
}

function checkedCommands(front: MetadataFront, store: MetadataStore): Pick<MetadataStore, 'prepare' | 'commit'> {
  return {
    prepare: (key, options) =>
      front.read('prepare', nameOf(key), options, async () => {
        assertArtifactKey(key)
        return store.prepare(key, options)
      }),
    commit: (key, command: Command, options: CommitOptions) =>
      front.write(operationOf(command), nameOf(key), options, async () => {
        assertArtifactKey(key)
        return store.commit(key, assertCommand(command), options)
      }),
  }
}

/** As its users call it. */
function operationOf(command: Command): string {
  return command.kind === 'setAlias' && command.n === null ? 'removeAlias' : command.kind
}

type Versions = Pick<
  MetadataStore,
  | 'head'
  | 'resolve'
  | 'locate'
  | 'record'
  | 'versions'
  | 'moves'
  | 'metadataEdit'
  | 'editMetadata'
  | 'layout'
  | 'writeLayout'
>

function checkedVersions({ read, write }: MetadataFront, store: MetadataStore): Versions {
  return {
    head: (key, options) => read('head', nameOf(key), options, async () => store.head(assertArtifactKey(key), options)),
    resolve: (key, selector, options) =>
      read('resolve', nameOf(key), options, async () => {
        assertSelector(selector)
        return store.resolve(assertArtifactKey(key), selector, options)
      }),
    locate: (key, selector, options) =>
      read('locate', nameOf(key), options, async () => {
        assertSelector(selector)
        return store.locate(assertArtifactKey(key), selector, options)
      }),
    record: (key, options) =>
      read('record', nameOf(key), options, async () => store.record(assertVersionKey(key), options)),
    versions: (key, options) =>
      read('versions', nameOf(key), options, async () => {
        assertPageOptions(options)
        return store.versions(assertArtifactKey(key), options)
      }),
    moves: (key, options) =>
      read('moves', nameOf(key), options, async () => store.moves(assertArtifactKey(key), options)),
    metadataEdit: (key, options) =>
      read('metadataEdit', nameOf(key), options, async () => store.metadataEdit(assertVersionKey(key), options)),
    editMetadata: (key, edit, options) =>
      write('editMetadata', nameOf(key), options, async () => {
        await store.editMetadata(assertVersionKey(key), assertMetadataEdit(edit), options)
      }),
    layout: (project, manifest, options) =>
      read('layout', manifest, options, async () => {
        return store.layout(assertName('project', project), assertDigest(manifest), options)
      }),
    writeLayout: (project, manifest, layout, options) =>
      write('writeLayout', manifest, options, async () => {
        await store.writeLayout(assertName('project', project), assertDigest(manifest), layout, options)
      }),
  }
}

function checkedListings(
  { read }: MetadataFront,
  store: MetadataStore,
): Pick<MetadataStore, 'projects' | 'artifacts' | 'runs'> {
  const page = <O extends PageOptions>(options: O): O => {
    assertPageOptions(options)
    return options
  }
  return {
    projects: (options) => read('projects', '', options, async () => store.projects(page(options))),
    artifacts: (project, options) =>
      read('artifacts', project, options, async () => store.artifacts(assertName('project', project), page(options))),
    runs: (project, options) =>
      read('runs', project, options, async () => store.runs(assertName('project', project), page(options))),
  }
}

type Runs = Pick<MetadataStore, 'startRun' | 'run' | 'endRun' | 'recordEdge' | 'linksOf' | 'linksOfRun'>

function checkedRuns({ read, write }: MetadataFront, store: MetadataStore): Runs {
  return {
    startRun: (run, options) =>
      write('startRun', run.id, options, async () => store.startRun(assertRunRecord(run), options)),
    run: (project, id, options) =>
      read('run', id, options, async () => store.run(assertName('project', project), assertName('run', id), options)),
    endRun: (run, at, options) =>
      write('endRun', run.id, options, async () => {
        assertTime(at)
        await store.endRun(assertRunRef(run), at, options)
      }),
    recordEdge: (edge, options) =>
      write('recordEdge', nameOf(edge.version), options, async () => {
        await store.recordEdge(assertEdge(edge), options)
      }),
    linksOf: (key, options) =>
      read('linksOf', nameOf(key), options, async () => store.linksOf(assertVersionKey(key), options)),
    linksOfRun: (project, run, options) =>
      read('linksOfRun', run, options, async () => {
        return store.linksOfRun(assertName('project', project), assertName('run', run), options)
      }),
  }
}

function checkedHistory(
  { read, write }: MetadataFront,
  store: MetadataStore,
): Pick<MetadataStore, 'export' | 'import'> {
  return {
    async *export(key, options): AsyncGenerator<HistoryEvent> {
      const call = ['export', nameOf(key), options] as const
      const events = await read(...call, async () => {
        assertCount('the first version to export', options.since)
        return store.export(assertArtifactKey(key), options)[Symbol.asyncIterator]()
      })
      try {
        for (;;) {
          const next = await read(...call, () => events.next())
          if (next.done) return
          throwIfAborted(options)
          yield next.value
        }
      } finally {
        await events.return?.()
      }
    },
    import: (key, events, options) =>
      write('import', nameOf(key), options, async () => {
        await store.import(assertArtifactKey(key), checkedEvents(events), options)
      }),
  }
}
