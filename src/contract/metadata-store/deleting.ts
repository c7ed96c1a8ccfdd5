import { contentOf, logCommand } from './commands.ts'
import type { ArtifactHandle } from './commands.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'deleting', tier: 'quick', requires: [] } as const

const REFUSED = "Must reject with the refusal's code when it is refused; nothing is changed then."
const DECIDED = 'Must decide by `decide`, and make the decision durable before it answers.'

/** A tombstone stays; the number is never used again. */
export const deletingCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.delete.leaves-a-tombstone',
    obligation: 'Deleted and superseded versions are answered by number, marked; other selectors find live ones only.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logAll(model, 'ABC')
      const record = (await model.store.resolve(key, { kind: 'version', n: 1 }, {}))!.record

      check.equal(await model.delete(1), { n: null, created: false, aliases: [] }, 'the answer')

      const store = await open()
      const found = await store.resolve(key, { kind: 'version', n: 1 }, {})
      check.equal([found?.live, found?.ended, found?.aliases], [false, 'deleted', []], 'by number')
      check.equal(found?.record, { ...record, deleted: true }, 'everything else stays on record')
      check.equal(await store.resolve(key, { kind: 'digest', digest: contentOf('B') }, {}), null, 'by digest')
      const rows = await store.versions(key, { newestFirst: false, limit: 10 })
      check.equal(
        rows.items.map(({ key: { n } }) => n),
        [0, 2],
        'in the listing',
      )
    },
  },
  {
    ...base,
    id: 'metadata.delete.refused-while-aliased',
    obligation: REFUSED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logAll(model, 'ABC')
      await model.setAlias('prod', 1)
      await model.setAlias('best', 1)
      const before = await stateOf(await open(), key)

      const error = await check.rejects(model.delete(1), 'CONFLICT', 'aliases point at it')
      await check.rejects(model.delete(2), 'CONFLICT', '`latest` points at it')

      check.equal(
        ['prod', 'best'].every((alias) => error.message.includes(alias)),
        true,
        'the error names the aliases',
      )
      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
    },
  },
  {
    ...base,
    id: 'metadata.delete.with-aliases',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logAll(model, 'ABC')
      for (const [alias, n] of [
        ['prod', 1],
        ['best', 1],
        ['old', 0],
      ] as const)
        await model.setAlias(alias, n)

      await model.delete(1, { withAliases: true })

      const state = await stateOf(await open(), key)
      check.equal(state?.aliases, [['old', 0]], 'aliases')
      check.equal(
        state?.versions.map(([, ended]) => ended),
        ['live', 'deleted', 'live'],
      )
      check.equal(state?.latest, 2)
    },
  },
  {
    ...base,
    id: 'metadata.delete.latest-falls-back',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logAll(model, 'ABCDEF')
      for (const n of [4, 3, 1]) await model.delete(n)
      const latest = async () => (await stateOf(await open(), key))?.latest

      await model.delete(5, { withAliases: true })
      check.equal(await latest(), 2, 'over two tombstones')
      check.equal(await model.log('C'), { n: 2, created: false, aliases: ['latest'] }, 'its content is a hit')
      await model.delete(2, { withAliases: true })
      check.equal(await latest(), 0, 'over five')
      await model.delete(0, { withAliases: true })
      check.equal(await latest(), null, 'none is left')
      check.equal(await (await open()).resolve(key, { kind: 'latest' }, {}), null, 'resolved')

      check.equal(await model.log('A'), { n: 6, created: true, aliases: ['latest'] }, 'numbers go on')
    },
  },
  {
    ...base,
    id: 'metadata.delete.fallback-stops-at-the-floor',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logAll(model, 'AB')
      await model.log('C', { supersede: true })

      await model.delete(2, { withAliases: true })

      check.equal((await stateOf(await open(), key))?.latest, null, 'a superseded version is not `latest` again')
    },
  },
  {
    ...base,
    id: 'metadata.delete.twice',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logAll(model, 'AB')
      await model.delete(0)
      const before = await stateOf(await open(), key)

      await model.delete(0)
      await model.delete(0, { withAliases: true })

      check.equal(await stateOf(await open(), key), before)
    },
  },
  {
    ...base,
    id: 'metadata.delete.what-is-not-there',
    obligation: REFUSED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await check.rejects(model.delete(0), 'NOT_FOUND', 'an artifact that was never logged')
      await check.rejects(model.deleteAll(), 'NOT_FOUND', 'the artifact itself')
      check.equal(await stateOf(await open(), key), null, 'no trace of it')
      await model.log('A')
      await model.log('B', { supersede: true })
      const before = await stateOf(await open(), key)

      await check.rejects(model.delete(2), 'NOT_FOUND', 'a version that does not exist yet')
      await model.delete(0)

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
    },
  },
  {
    ...base,
    id: 'metadata.delete-artifact.hides-and-goes-on',
    obligation:
      "Artifacts of a project that have a live version, in a stable order of the store's own; of one type where it is given.",
    async run({ artifact, open, key, project, check }) {
      const model = await artifact()
      await logAll(model, 'ABC')
      await model.setAlias('prod', 1)

      check.equal(await model.deleteAll(), { n: null, created: false, aliases: [] }, 'the answer')

      const store = await open()
      const state = await stateOf(store, key)
      check.equal(
        state?.versions.map(([, ended]) => ended),
        ['superseded', 'superseded', 'superseded'],
      )
      check.equal([state?.latest, state?.aliases], [null, []], 'nothing points at a version')
      check.equal(await pagesOf((options) => store.artifacts(project, options), { limit: 10 }), [], 'hidden')
      check.equal(
        await pagesOf((options) => store.artifacts(project, { ...options, type: 'model' }), { limit: 10 }),
        [],
        'hidden by type',
      )
      check.equal(
        await pagesOf((options) => store.versions(key, { ...options, newestFirst: true }), { limit: 10 }),
        [],
        'no live version',
      )
      check.equal(
        (await pagesOf((options) => store.projects(options), { limit: 1_000 })).some(({ name }) => name === project),
        true,
        'project',
      )
      await check.rejects(model.setAlias('prod', 1), 'NOT_FOUND', 'an alias')

      await model.deleteAll()
      check.equal(await model.log('B'), { n: 3, created: true, aliases: ['latest'] }, 'logged again')
      const shown = await pagesOf(async (options) => (await open()).artifacts(project, options), { limit: 10 })
      check.equal(
        shown.map((row) => [row.key.artifact, row.latest]),
        [[key.artifact, 3]],
        'shown again',
      )
    },
  },
  {
    ...base,
    id: 'metadata.delete.other-artifacts-stay',
    obligation: DECIDED,
    async run({ artifact, open, project, check }) {
      const model = await artifact()
      await logAll(model, 'AB')
      const others = ['model2', 'mode', 'model.a', 'Model-b'].map((name) => ({ project, artifact: name }))
      for (const other of others) await model.store.commit(other, logCommand('A', { aliases: ['prod'] }), {})

      await model.delete(0, { withAliases: true })
      await model.deleteAll()

      const store = await open()
      for (const other of others) {
        const state = await stateOf(store, other)
        check.equal([state?.latest, state?.aliases], [0, [['prod', 0]]], other.artifact)
      }
    },
  },
]

async function logAll(model: ArtifactHandle, contents: string): Promise<void> {
  for (const content of contents) await model.log(content)
}
