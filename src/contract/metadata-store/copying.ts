import { LadingError } from '../../domain/errors.ts'
import type { HistoryEvent } from '../../domain/history.ts'
import type { Move } from '../../domain/head.ts'
import type { MetadataEdit, MetadataStore } from '../../ports/metadata-store.ts'
import type { ArtifactKey, VersionRecord } from '../../domain/version.ts'
import { AT, contentOf, logCommand, runOf } from './commands.ts'
import type { ArtifactHandle } from './commands.ts'
import { stateOf } from './context.ts'
import type { ArtifactState, MetadataStoreCase } from './context.ts'

const base = { category: 'histories that are copied', tier: 'quick', requires: [] } as const

const INTACT = 'Replays a history with numbers, tombstones, times and aliases intact.'

/** What one artifact tells by `export`, another one is after `import`. */
export const copyingCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.history.copied-whole',
    obligation: INTACT,
    async run({ artifact, open, key, check }) {
      await liveThrough(await artifact())
      const copy = copyOf(key)

      await (await open()).import(copy, (await open()).export(key, { since: 0 }), {})

      const store = await open()
      const expected = await everythingOf(store, key)
      check.equal(await everythingOf(store, copy), expected)
      check.equal(
        expected.state?.versions.map(([, ended]) => ended),
        ['superseded', 'deleted', 'superseded', 'superseded', 'live', 'deleted'],
        'what was copied',
      )
    },
  },
  {
    ...base,
    id: 'metadata.history.repeated',
    obligation: 'Idempotent; may be repeated after a stop.',
    async run({ artifact, open, key, check }) {
      await liveThrough(await artifact())
      const copy = copyOf(key)
      const events = await Array.fromAsync((await open()).export(key, { since: 0 }))

      for (const count of [0, 1, 3, 3, 6, events.length - 1]) {
        const importing = (await open()).import(copy, stopsAfter(events, count), {})
        await check.rejects(importing, 'UNAVAILABLE', `stopped after ${count} events`)
      }
      for (let times = 0; times < 2; times++) {
        await (await open()).import(copy, stopsAfter(events, Number.POSITIVE_INFINITY), {})
      }

      const store = await open()
      check.equal(await everythingOf(store, copy), await everythingOf(store, key))
    },
  },
  {
    ...base,
    id: 'metadata.history.continued',
    obligation: 'The history of an artifact from version `since` on: everything that `import` needs to replay it.',
    async run({ artifact, open, key, check }) {
      const [model, store, copy] = [await artifact(), await open(), copyOf(key)]
      for (const content of 'AB') await model.log(content, { aliases: ['prod'] })
      await store.import(copy, store.export(key, { since: 0 }), {})
      await model.log('C', { aliases: ['prod'] })
      await model.setAlias('old', 0)
      await model.delete(1)

      await store.import(copy, store.export(key, { since: 2 }), {})

      check.equal(await everythingOf(await open(), copy), await everythingOf(store, key))
      const told = await Array.fromAsync(store.export(key, { since: 2 }))
      const numbers = told.flatMap((event) => (event.kind === 'version' ? [event.version.n] : []))
      check.equal(numbers, [2], 'versions that are told')
    },
  },
  {
    ...base,
    id: 'metadata.history.other-version-there',
    obligation: 'Must reject `CONFLICT` when this store has another version under a number of the history;',
    async run({ artifact, open, key, check }) {
      const [model, store, copy] = [await artifact(), await open(), copyOf(key)]
      for (const content of 'AB') await model.log(content)
      await store.commit(copy, logCommand('mine', { aliases: ['mine'] }), {})
      const before = await everythingOf(store, copy)

      await check.rejects(store.import(copy, store.export(key, { since: 0 }), {}), 'CONFLICT')

      check.equal(await everythingOf(await open(), copy), before, 'nothing is renumbered')
    },
  },
]

/** Another artifact, in a project of the case's own. */
function copyOf({ project, artifact }: ArtifactKey): ArtifactKey {
  return { project: `${project}-copy`, artifact }
}

/** A history whose store is lost after so many events. */
async function* stopsAfter(events: readonly HistoryEvent[], count: number): AsyncGenerator<HistoryEvent> {
  yield* events.slice(0, count)
  if (count < events.length) throw new LadingError('UNAVAILABLE', { detail: 'the other store is gone' })
}

/** A history with one of everything. */
async function liveThrough(model: ArtifactHandle): Promise<void> {
  const { store, key } = model
  const run = runOf(key.project, 'r1')
  await model.log('A', { aliases: ['prod'], run, at: '2020-02-02T20:20:20.202Z', metadata: { lr: 0.1 } })
  await model.log('B', { description: 'what it is ✓', derivedFrom: { ...key, n: 0 } })
  await model.log('C', { aliases: ['prod'], at: '1999-09-09T09:09:09.999Z' })
  await model.delete(1)
  await model.log('B', { sizeBytes: 0, fileCount: 1 })
  await model.setAlias('best', 0, { run })
  await model.setAlias('best', 2)
  await model.log('D', { supersede: true, aliases: ['d'] })
  await model.log('E', { metadataDigest: contentOf('large') })
  await model.delete(5, { withAliases: true })
  await model.setAlias('e', 4)
  await model.setAlias('gone', 4)
  await model.setAlias('gone', null)
  const edit = { metadata: { lr: 0.2 }, metadataDigest: null, at: AT, run }
  await store.editMetadata({ ...key, n: 4 }, edit, {})
}

interface Everything {
  readonly state: ArtifactState | null
  readonly records: readonly (VersionRecord | undefined)[]
  readonly edits: readonly (MetadataEdit | null)[]
  readonly moves: readonly Omit<Move, 'rev'>[]
}

async function everythingOf(store: MetadataStore, key: ArtifactKey): Promise<Everything> {
  const state = await stateOf(store, key)
  const records: (VersionRecord | undefined)[] = []
  const edits: (MetadataEdit | null)[] = []
  for (const n of (state?.versions ?? []).keys()) {
    records.push((await store.resolve(key, { kind: 'version', n }, {}))?.record)
    edits.push(await store.metadataEdit({ ...key, n }, {}))
  }
  const moves = (await store.moves(key, {})).map(({ rev: _rev, ...move }) => move)
  return { state, records, edits, moves }
}
