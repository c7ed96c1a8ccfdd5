import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import { AT, contentOf, logCommand, runOf } from './commands.ts'
import { pagesOf, metadataCapabilityNames, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'lifetime and arguments', tier: 'quick', requires: [] } as const

/** Opening, closing, stopping. */
export const lifetimeCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.isolation.two-handles',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, open, key, check }) {
      const ben = await open()
      check.equal(await ben.head(key, {}), null, 'before')

      await (await artifact()).log('A', { aliases: ['prod'] })

      check.equal((await ben.resolve(key, { kind: 'alias', alias: 'prod' }, {}))?.record.digest, contentOf('A'))
      check.equal(await ben.head({ ...key, project: `${key.project}-2` }, {}), null, 'another project')
      check.equal(await ben.head({ ...key, artifact: `${key.artifact}-2` }, {}), null, 'another artifact')
    },
  },
  {
    ...base,
    id: 'metadata.open.empty-store',
    obligation: 'Makes sure that the store can be read: rejects `UNSUPPORTED` when it has a newer format.',
    async run({ open, project, check }) {
      const store = await open()

      await store.open({})
      await store.open({})

      check.equal(await pagesOf((options) => store.artifacts(project, options), { limit: 1 }), [])
    },
  },
  {
    ...base,
    id: 'metadata.closed.refuses',
    obligation: '`CLOSED` after `close`.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      const other = await open()

      await Promise.all([model.store.close(), model.store.close()])
      await model.store.close()

      for (const [name, call] of Object.entries(callsOf(model.store, key))) {
        await check.rejects(call({}), 'CLOSED', name)
      }
      check.equal((await stateOf(other, key))?.latest, 0, 'another handle goes on')
    },
  },
  {
    ...base,
    id: 'metadata.closed.calls-under-way-settle',
    obligation: 'Releases what the store holds. Idempotent.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')

      const logging = model.log('B')
      await model.store.close()

      check.equal((await logging).n, 1, 'the answer')
      check.equal((await stateOf(await open(), key))?.latest, 1, 'the state')
    },
  },
  {
    ...base,
    id: 'metadata.abort.before-the-call',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      const before = await stateOf(model.store, key)

      for (const [name, call] of Object.entries(callsOf(model.store, key))) {
        await check.rejects(call({ signal: AbortSignal.abort() }), 'ABORTED', name)
      }

      const store = await open()
      check.equal(await stateOf(store, key), before, 'nothing is changed')
      check.equal(await store.run(key.project, 'r1', {}), null, 'no run')
      check.equal(await store.linksOf({ ...key, n: 0 }, {}), { out: [], in: [], derived: [] }, 'no edge')
      check.equal(await store.layout(key.project, contentOf('A'), {}), null, 'no layout')
    },
  },
  {
    ...base,
    id: 'metadata.abort.while-confirming',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      const controller = new AbortController()
      const confirm = async (): Promise<void> => controller.abort()
      await model.log('A')
      const before = await stateOf(model.store, key)

      const call = model.store.commit(key, logCommand('B'), { confirm, signal: controller.signal })

      // What was not sent when the signal fired may be sent or not; half of it may not be.
      const [result] = await Promise.allSettled([call])
      if (result.status === 'rejected') {
        await check.rejects(call, 'ABORTED')
        check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      } else {
        check.equal((await stateOf(await open(), key))?.latest, 1, 'it is there')
      }
      check.equal((await model.log('B')).n, 1, 'the next log')
    },
  },
  {
    ...base,
    id: 'metadata.arguments.pages',
    obligation: 'At least 1, at most 1,000.',
    async run({ open, key, project, check }) {
      const store = await open()
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        await check.rejects(store.projects({ limit }), 'INVALID', `projects, ${limit}`)
        await check.rejects(store.artifacts(project, { limit }), 'INVALID', `artifacts, ${limit}`)
        await check.rejects(store.runs(project, { limit }), 'INVALID', `runs, ${limit}`)
        await check.rejects(store.versions(key, { limit, newestFirst: true }), 'INVALID', `versions, ${limit}`)
      }
    },
  },
  {
    ...base,
    id: 'metadata.capabilities.frozen',
    obligation: 'Whether any number of processes may write.',
    async run({ open, capabilities, check }) {
      const known = (await open()).capabilities

      check.equal(Object.isFrozen(known), true, 'frozen')
      check.equal(metadataCapabilityNames(known).sort(), [...capabilities].sort(), 'as the harness declares them')
    },
  },
]

type Call = (options: CallOptions) => Promise<unknown>

/** Every call but the history's, on an artifact. */
function callsOf(store: MetadataStore, key: ArtifactKey): Record<string, Call> {
  const { project } = key
  const version = { ...key, n: 0 }
  const run = runOf(project, 'r1')
  const edit = { metadata: { a: 1 }, metadataDigest: null, at: AT, run: null }
  const edge = { kind: 'in', run, version, at: AT, opId: 'op' } as const
  const digest = contentOf('A')
  return {
    open: (options) => store.open(options),
    prepare: (options) => store.prepare(key, options),
    commit: (options) => store.commit(key, logCommand('B', { aliases: ['b'] }), options),
    head: (options) => store.head(key, options),
    resolve: (options) => store.resolve(key, { kind: 'latest' }, options),
    versions: (options) => store.versions(key, { ...options, limit: 1, newestFirst: true }),
    moves: (options) => store.moves(key, options),
    metadataEdit: (options) => store.metadataEdit(version, options),
    editMetadata: (options) => store.editMetadata(version, edit, options),
    layout: (options) => store.layout(project, digest, options),
    writeLayout: (options) => store.writeLayout(project, digest, new Map([[digest, null]]), options),
    projects: (options) => store.projects({ ...options, limit: 1 }),
    artifacts: (options) => store.artifacts(project, { ...options, limit: 1 }),
    runs: (options) => store.runs(project, { ...options, limit: 1 }),
    startRun: (options) => store.startRun({ ...run, group: null, config: null, createdAt: AT }, options),
    run: (options) => store.run(project, run.id, options),
    endRun: (options) => store.endRun(run, AT, options),
    recordEdge: (options) => store.recordEdge(edge, options),
    linksOf: (options) => store.linksOf(version, options),
    linksOfRun: (options) => store.linksOfRun(project, run.id, options),
  }
}
