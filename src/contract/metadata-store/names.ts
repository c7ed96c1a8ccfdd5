import type { Command } from '../../domain/command.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { VersionKey } from '../../domain/version.ts'
import type { Check } from '../check.ts'
import { AT, artifactIn, contentOf, deleteCommand, logCommand, runOf, setAliasCommand } from './commands.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'names', tier: 'quick', requires: [] } as const

const CHECKED =
  'The facade has checked every argument before an adapter sees it: whatever is written can be read again.'

/** Legal, and a trap for somebody: prototypes, folders, documents, versions, options. */
const ODD_NAMES = [
  'constructor',
  '__proto__',
  'toString',
  'latest',
  'v0',
  'v01x',
  'pending-1',
  'head',
  'heads',
  'lading.json',
  '-',
  '--help',
  '...',
  '.a',
  'a.',
  '0',
  'NaN',
  'null',
  'con',
  'x'.repeat(128),
  `x-${'a'.repeat(31)}`,
]

const BAD_NAMES = [
  '',
  '.',
  '..',
  'a/b',
  '/a',
  'a\\b',
  'a b',
  'ä',
  'a\u0000',
  'a\n',
  '*',
  '%2e',
  'x'.repeat(129),
  `x-${'0'.repeat(32)}`,
]

const BAD_ALIASES = ['v0', 'v12', 'v007', 'pending-3', ...BAD_NAMES]

/** Names that a user may choose, and names that he may not. */
export const nameCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.names.odd-artifacts',
    obligation: CHECKED,
    async run({ open, project, check }) {
      const store = await open()
      for (const [index, name] of ODD_NAMES.entries()) {
        const one = artifactIn(store, { project, artifact: name })
        await one.log(name, { aliases: ['prod'], run: runOf(project, name) })
        await one.log(`${name} 2`, { description: `${index}` })
      }

      const fresh = await open()
      for (const [index, name] of ODD_NAMES.entries()) {
        check.equal(
          await stateOf(fresh, { project, artifact: name }),
          {
            type: 'model',
            description: `${index}`,
            versions: [
              [contentOf(name), 'live'],
              [contentOf(`${name} 2`), 'live'],
            ],
            latest: 1,
            aliases: [['prod', 0]],
          },
          name,
        )
        const links = await fresh.linksOfRun(project, name, {})
        check.equal(links.out, [{ project, artifact: name, n: 0 }], `the run ${name}`)
      }
    },
  },
  {
    ...base,
    id: 'metadata.names.odd-aliases',
    obligation: CHECKED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      const aliases = ODD_NAMES.filter((name) => !['latest', 'v0', 'pending-1'].includes(name)).sort()
      check.equal((await model.log('A', { aliases })).aliases, [...aliases, 'latest'].sort(), 'set by a log')
      await model.log('B')
      for (const alias of aliases) await model.setAlias(alias, 1, { expect: 0 })
      check.equal(
        (await stateOf(await open(), key))?.aliases,
        aliases.map((alias) => [alias, 1]),
        'moved',
      )

      const store = await open()
      for (const alias of aliases) {
        check.equal((await store.resolve(key, { kind: 'alias', alias }, {}))?.key.n, 1, alias)
        await model.setAlias(alias, null, { expect: 1 })
        check.equal(await store.resolve(key, { kind: 'alias', alias }, {}), null, `${alias}, removed`)
      }
      const moves = (await store.moves(key, {})).filter(({ alias }) => alias === '__proto__')
      check.equal(
        moves.map(({ from, to }) => [from, to]),
        [
          [null, 0],
          [0, 1],
          [1, null],
        ],
        'its history',
      )
    },
  },
  {
    ...base,
    id: 'metadata.names.refused',
    obligation: CHECKED,
    async run({ artifact, open, key, project, check }) {
      const model = await artifact()
      await model.log('A')
      const before = await stateOf(await open(), key)
      const { store } = model

      for (const name of BAD_NAMES) {
        for (const bad of [
          { project: name, artifact: 'a' },
          { project, artifact: name },
        ]) {
          await refusesKey(store, { ...bad, n: 0 }, (call, what) => {
            return check.rejects(call, 'INVALID', `${what} of ${JSON.stringify(bad)}`)
          })
        }
        await check.rejects(store.run(project, name, {}), 'INVALID', `a run ${JSON.stringify(name)}`)
        await check.rejects(store.linksOfRun(project, name, {}), 'INVALID', `links of ${JSON.stringify(name)}`)
        await check.rejects(store.artifacts(name, { limit: 1 }), 'INVALID', `artifacts of ${JSON.stringify(name)}`)
        await check.rejects(store.runs(name, { limit: 1 }), 'INVALID', `runs of ${JSON.stringify(name)}`)
      }

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      const artifacts = await pagesOf((options) => store.artifacts(project, options), { limit: 100 })
      check.equal(
        artifacts.map((row) => row.key.artifact),
        [key.artifact],
        'artifacts',
      )
      check.equal(await pagesOf((options) => store.runs(project, options), { limit: 100 }), [], 'runs')
    },
  },
  {
    ...base,
    id: 'metadata.names.refused-commands',
    obligation: "Must reject with the refusal's code when it is refused; nothing is changed then.",
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      const before = await stateOf(await open(), key)
      const commands: Command[] = [
        ...BAD_ALIASES.map((alias) => logCommand('B', { aliases: ['fine', alias] })),
        ...BAD_ALIASES.map((alias) => setAliasCommand(alias, 0)),
        ...BAD_ALIASES.map((alias) => setAliasCommand(alias, null)),
        ...['', 'a\u0000', '\n', '\ud800', 'x'.repeat(129)].map((type) => logCommand('B', { type })),
        logCommand('B', { digest: contentOf('B').toUpperCase() }),
        logCommand('B', { digest: '' }),
        ...[-1, 0.5, Number.NaN, 2 ** 53].flatMap((n) => [setAliasCommand('fine', n), deleteCommand(n)]),
      ]

      for (const command of commands) await check.rejects(model.send(command), 'INVALID', JSON.stringify(command))

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
    },
  },
  {
    ...base,
    id: 'metadata.names.case-is-kept',
    obligation: 'Names that differ only in case are different names.',
    async run({ open, project, check }) {
      const store = await open()
      const names = ['model', 'Model', 'MODEL']
      const kept = [names[0]!]
      await artifactIn(store, { project, artifact: names[0]! }).log(names[0]!, { aliases: names })
      for (const name of names.slice(1)) {
        const logged = artifactIn(store, { project, artifact: name }).log(name, { aliases: names })
        if (await isKeptApart(logged, check)) kept.push(name)
      }

      for (const name of kept) {
        const state = await stateOf(await open(), { project, artifact: name })
        check.equal(state?.versions, [[contentOf(name), 'live']], name)
        check.equal(state?.aliases.length, 3, 'aliases that differ only in case')
      }
    },
  },
  {
    ...base,
    id: 'metadata.names.case-of-runs-and-projects',
    obligation: 'Names that differ only in case are different names.',
    async run({ open, project, check }) {
      const store = await open()
      const record = { group: null, config: null, createdAt: AT }
      const run = { ...runOf(project, 'night'), ...record }
      const others = [
        { ...runOf(project, 'Night'), ...record },
        { ...runOf(project.toUpperCase(), 'night'), ...record },
      ]
      await store.startRun(run, {})

      for (const other of others) {
        const started = store.startRun(other, {})
        if (await isKeptApart(started, check)) check.equal(await started, other, 'another run')
      }

      check.equal(await (await open()).run(project, 'night', {}), run, 'the first one')
    },
  },
]

/** Whether a name that differs from another only in case was taken; else it must have been refused. */
async function isKeptApart(made: Promise<unknown>, check: Check): Promise<boolean> {
  const [result] = await Promise.allSettled([made])
  if (result!.status === 'fulfilled') return true
  await check.rejects(made, 'CONFLICT', 'a name that differs only in case')
  return false
}

/** Every call that takes the key of an artifact or version. */
async function refusesKey(
  store: MetadataStore,
  key: VersionKey,
  refuses: (call: Promise<unknown>, what: string) => Promise<unknown>,
): Promise<void> {
  const edit = { metadata: null, metadataDigest: null, at: AT, run: null }
  await refuses(store.commit(key, logCommand('A'), {}), 'commit')
  await refuses(store.prepare(key, {}), 'prepare')
  await refuses(store.head(key, {}), 'head')
  await refuses(store.resolve(key, { kind: 'latest' }, {}), 'resolve')
  await refuses(store.versions(key, { limit: 1, newestFirst: true }), 'versions')
  await refuses(store.moves(key, {}), 'moves')
  await refuses(store.metadataEdit(key, {}), 'metadataEdit')
  await refuses(store.editMetadata(key, edit, {}), 'editMetadata')
  await refuses(store.linksOf(key, {}), 'linksOf')
  const use = { kind: 'in', run: runOf('project', 'r1'), version: key, at: AT, opId: 'op' } as const
  await refuses(store.recordEdge(use, {}), 'recordEdge')
}
