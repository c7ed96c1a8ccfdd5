import { manifestDigest } from '../../domain/manifest.ts'
import { changeOf, logFiles, manifestOf, moveOf, runOf } from './context.ts'
import type { TransportCase } from './context.ts'

const base = { category: 'changes', tier: 'quick', requires: [] } as const

/** Aliases, descriptions, deletions. */
export const changeCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.alias.moves',
    obligation: 'Moves or removes an alias.',
    async run({ open, key, files, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const content of ['A', 'B']) await logFiles(ann, key, { files: files(content) })
      const prod = async () => (await ben.resolve(key, { kind: 'alias', alias: 'prod' }, {}))?.key.n ?? null

      await ann.moveAlias(key, moveOf('prod', 1), {})
      check.equal(await prod(), 1, 'by number')
      const digest = manifestDigest(manifestOf(files('A')))
      await ann.moveAlias(key, { ...moveOf('prod', 0), target: { kind: 'digest', digest } }, {})
      check.equal(await prod(), 0, 'by digest')
      await ann.moveAlias(key, { ...moveOf('prod', 0), target: { kind: 'latest' } }, {})
      check.equal(await prod(), 1, 'to the latest')
      await ann.moveAlias(key, { ...moveOf('best', 0), target: { kind: 'alias', alias: 'prod' } }, {})
      await ann.moveAlias(key, moveOf('prod', null), {})
      check.equal(await prod(), null, 'removed')

      const moves = (await ben.moves(key, {})).map(({ alias, from, to }) => `${alias} ${from} ${to}`)
      check.equal(moves, ['prod null 1', 'prod 1 0', 'prod 0 1', 'best null 1', 'prod 1 null'], 'its history')
    },
  },
  {
    ...base,
    id: 'transport.alias.refused',
    obligation: 'Moves or removes an alias.',
    async run({ open, key, files, check }) {
      const ann = await open()
      await check.rejects(ann.moveAlias(key, moveOf('prod', 0), {}), 'NOT_FOUND', 'never logged')
      await logFiles(ann, key, { files: files('A') })
      const to = (alias: string) => ({ ...moveOf('prod', 0), target: { kind: 'alias', alias } as const })

      await check.rejects(ann.moveAlias(key, moveOf('prod', 1), {}), 'NOT_FOUND', 'no such version')
      await check.rejects(ann.moveAlias(key, to('best'), {}), 'NOT_FOUND', 'no such alias')
      await check.rejects(ann.moveAlias(key, to('v1'), {}), 'INVALID', 'a target that is no alias')
      for (const alias of ['latest', 'v0', 'a/b', '']) {
        await check.rejects(ann.moveAlias(key, moveOf(alias, 0), {}), 'INVALID', alias)
      }

      check.equal(await ann.moves(key, {}), [], 'nothing moved')
    },
  },
  {
    ...base,
    id: 'transport.alias.expect',
    requires: ['expect'],
    obligation: 'Whether an alias move may carry `expect`.',
    async run({ open, key, files, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const content of ['A', 'B', 'C']) await logFiles(ann, key, { files: files(content) })

      await ann.moveAlias(key, moveOf('prod', 0, null), {})
      await check.rejects(ben.moveAlias(key, moveOf('prod', 1, null), {}), 'CONFLICT', 'it exists')
      const racing = [ann.moveAlias(key, moveOf('prod', 1, 0), {}), ben.moveAlias(key, moveOf('prod', 2, 0), {})]
      const winner = check.oneWinner(await Promise.allSettled(racing), { losers: 'CONFLICT' })

      const found = await (await open()).resolve(key, { kind: 'alias', alias: 'prod' }, {})
      check.equal(found?.key.n, winner + 1)
    },
  },
  {
    ...base,
    id: 'transport.change.by-whom-and-when',
    obligation: 'Who changes something, and when.',
    async run({ open, key, project, files, check }) {
      const ann = await open()
      const [trainer, mover] = [runOf(project, 'trainer'), runOf(project, 'mover')]
      const logged = { opId: crypto.randomUUID(), at: '2020-02-02T20:20:20.202Z', run: trainer }
      const moved = { opId: crypto.randomUUID(), at: '1999-09-09T09:09:09.999Z', run: mover }

      await logFiles(ann, key, { files: files('A'), aliases: ['prod'], ...logged })
      await ann.moveAlias(key, { ...moveOf('best', 0), ...moved }, {})

      const ben = await open()
      const { record } = (await ben.resolve(key, { kind: 'latest' }, {}))!
      check.equal({ opId: record.opId, at: record.createdAt, run: record.run }, logged, 'the version')
      const moves = (await ben.moves(key, {})).map(({ opId, at, run }) => ({ opId, at, run }))
      check.equal(moves, [logged, moved], 'the moves')
    },
  },
  {
    ...base,
    id: 'transport.describe',
    obligation: 'Who changes something, and when.',
    async run({ open, key, files, check }) {
      const ann = await open()
      await check.rejects(ann.describe(key, { ...changeOf(), description: 'a' }, {}), 'NOT_FOUND', 'never logged')
      await logFiles(ann, key, { files: files('A') })

      await ann.describe(key, { ...changeOf(), description: 'what it is ✓' }, {})

      const view = await (await open()).resolve(key, { kind: 'latest' }, {})
      check.equal(view?.description, 'what it is ✓')
      const long = { ...changeOf(), description: 'x'.repeat(16 * 1024 + 1) }
      await check.rejects(ann.describe(key, long, {}), 'INVALID', 'too long')
    },
  },
  {
    ...base,
    id: 'transport.delete.version',
    requires: ['delete'],
    obligation: 'What is denied rejects `UNSUPPORTED`.',
    async run({ open, key, files, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const content of ['A', 'B']) await logFiles(ann, key, { files: files(content) })
      const removal = () => ({ ...changeOf(), withAliases: false })

      await check.rejects(ann.deleteVersion({ ...key, n: 1 }, removal(), {}), 'CONFLICT', '`latest`')
      await check.rejects(ann.deleteVersion({ ...key, n: 2 }, removal(), {}), 'NOT_FOUND', 'no such version')
      await ann.deleteVersion({ ...key, n: 1 }, { ...removal(), withAliases: true }, {})

      check.equal((await ben.resolve(key, { kind: 'latest' }, {}))?.key.n, 0, '`latest` falls back')
      check.equal((await ben.resolve(key, { kind: 'version', n: 1 }, {}))?.ended, 'deleted', 'a tombstone stays')
      check.equal((await logFiles(ann, key, { files: files('B') })).n, 2, 'the same content again')
    },
  },
  {
    ...base,
    id: 'transport.delete.artifact',
    requires: ['delete'],
    obligation: 'What is denied rejects `UNSUPPORTED`.',
    async run({ open, key, project, files, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const content of ['A', 'B']) await logFiles(ann, key, { files: files(content), aliases: [content] })

      await ann.deleteArtifact(key, changeOf(), {})

      check.equal((await ben.artifacts(project, { limit: 10 })).items, [], 'hidden')
      check.equal((await ben.versions(key, { limit: 10, newestFirst: true })).items, [], 'no versions')
      check.equal(await ben.resolve(key, { kind: 'alias', alias: 'A' }, {}), null, 'no aliases')
      check.equal((await logFiles(ben, key, { files: files('A') })).n, 2, 'numbers go on')
    },
  },
]
