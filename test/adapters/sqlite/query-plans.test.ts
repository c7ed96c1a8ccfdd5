import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSqliteMetadataStore } from '../../../src/composition/sqlite.ts'
import { sha256 } from '../../../src/domain/digest.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import { STATEMENTS } from '../../../src/sql/statements.ts'
import { unsyncedSqlite } from '../../contract/support/sqlite.ts'
import { logOf } from '../../support/log-command.ts'
import { engineOf } from './sqlite-engine.ts'
import { KEY } from './sqlite-kit.ts'

const VERSIONS = 100_000

let folder = ''
let file = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lading-plans-'))
  file = join(folder, 'lading.db')
  const store = createSqliteMetadataStore({ file, sqlite: unsyncedSqlite })
  await store.commit({ ...KEY, artifact: 'small' }, logOf('A', { aliases: ['prod'] }), {})
  for (let n = 0; n < 5; n++) await store.commit(KEY, logOf(`content ${n}`, { aliases: ['prod', `a${n}`] }), {})
  await store.close()
  const raw = new unsyncedSqlite.DatabaseSync(file)
  fill(raw)
  raw.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Makes v5 … v99999 from v4: every third one is deleted, every tenth a run's, every hundredth derived from v0. */
function fill(raw: Pick<DatabaseSync, 'exec'>): void {
  raw.exec(`
    INSERT INTO versions (artifact_id, n, digest, op_id, supersede, aliases, run_project, run_id, run_name,
      derived_project, derived_artifact, derived_n, created_at, size_bytes, file_count, deleted)
    WITH RECURSIVE numbers (n) AS (SELECT 5 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${VERSIONS - 1})
    SELECT v.artifact_id, numbers.n, printf('%064x', numbers.n), 'op-' || numbers.n, 0, '[]',
      iif(numbers.n % 10 = 0, 'demo', NULL), iif(numbers.n % 10 = 0, 'r' || (numbers.n % 1000), NULL),
      iif(numbers.n % 10 = 0, 'r', NULL), iif(numbers.n % 100 = 0, 'demo', NULL),
      iif(numbers.n % 100 = 0, 'model', NULL), iif(numbers.n % 100 = 0, 0, NULL),
      v.created_at, 1, 1, numbers.n % 3 = 0
    FROM numbers, versions AS v JOIN artifacts AS a ON a.id = v.artifact_id
    WHERE a.name = 'model' AND v.n = 4;
    UPDATE artifacts SET next_n = ${VERSIONS}, latest_n = ${VERSIONS - 2} WHERE name = 'model';
    INSERT INTO moves (artifact_id, rev, alias, from_n, to_n, at, op_id)
    WITH RECURSIVE numbers (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)
    SELECT a.id, numbers.n, 'moved', NULL, 0, a.created_at, 'op' FROM numbers, artifacts AS a WHERE a.name = 'model';
  `)
}

/** What SQLite would do for a statement, line by line. */
function planOf(sql: string): string[] {
  const raw = new unsyncedSqlite.DatabaseSync(file)
  try {
    return raw
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all({})
      .map((row) => (row as { detail: string }).detail)
  } finally {
    raw.close()
  }
}

describe('the plan of a statement, over 100,000 versions,', () => {
  test.each(Object.entries(STATEMENTS))('searches by an index, scans and sorts nothing: %s', (_name, sql) => {
    const plan = planOf(sql)

    const searches = /^(SEARCH .* USING .*(INDEX|PRIMARY KEY)|SCALAR SUBQUERY)/
    expect(plan.filter((line) => !searches.test(line))).toEqual([])
  })

  test.each([
    ['liveVersionsUp', 'versions_live'],
    ['liveVersionsDown', 'versions_live'],
    ['newestWithDigest', 'versions_by_digest'],
    ['artifacts', 'artifacts_live'],
    ['artifactsOfType', 'artifacts_by_type'],
    ['versionsOfRun', 'versions_by_run'],
    ['derivedFrom', 'versions_by_origin'],
    ['edgesOfRun', 'edges_by_run'],
    ['finishedWithRun', 'draft_parts_by_run'],
  ] as const)('of %s uses %s, which holds no more than what is asked for', (name, index) => {
    expect(planOf(STATEMENTS[name]).join('\n')).toContain(index)
  })
})

type Work = (store: MetadataStore, artifact: string) => Promise<unknown>

/** How many statements each operation takes, beside the begin and the end of its transaction. */
const COSTS: readonly (readonly [name: string, statements: number, work: Work])[] = [
  ['resolving `latest`', 3, (store, artifact) => store.resolve({ ...KEY, artifact }, { kind: 'latest' }, {})],
  [
    'resolving an alias',
    3,
    (store, artifact) => store.resolve({ ...KEY, artifact }, { kind: 'alias', alias: 'prod' }, {}),
  ],
  ['resolving a number', 3, (store, artifact) => store.resolve({ ...KEY, artifact }, { kind: 'version', n: 0 }, {})],
  ['reading head', 3, (store, artifact) => store.head({ ...KEY, artifact }, {})],
  ['preparing a log', 4, (store, artifact) => store.prepare({ ...KEY, artifact }, {})],
  [
    'a page of versions, oldest first',
    3,
    (store, artifact) => store.versions({ ...KEY, artifact }, { limit: 50, newestFirst: false }),
  ],
  [
    'a page of versions, newest first',
    3,
    (store, artifact) => store.versions({ ...KEY, artifact }, { limit: 50, newestFirst: true }),
  ],
  ['the moves of aliases', 2, (store, artifact) => store.moves({ ...KEY, artifact }, {})],
  ['logging new content', 8, (store, artifact) => store.commit({ ...KEY, artifact }, logOf('new'), {})],
  ['logging it again', 3, (store, artifact) => store.commit({ ...KEY, artifact }, logOf('new', { opId: 'again' }), {})],
  [
    'resolving a digest',
    4,
    (store, artifact) => store.resolve({ ...KEY, artifact }, { kind: 'digest', digest: sha256('new') }, {}),
  ],
  [
    'logging new content that moves an alias',
    10,
    (store, artifact) => store.commit({ ...KEY, artifact }, logOf('newer', { aliases: ['prod'] }), {}),
  ],
  ['moving an alias', 9, (store, artifact) => store.commit({ ...KEY, artifact }, setAlias('prod', 0), {})],
  [
    'reading head, then deleting the latest version',
    12,
    (store, artifact) =>
      store
        .head({ ...KEY, artifact }, {})
        .then((head) => store.commit({ ...KEY, artifact }, deletion(head!.latest!.n), {})),
  ],
]

const INTENT = { baseRev: 0, delivery: 'alone', at: '2026-01-01T00:00:00.000Z', run: null } as const
const setAlias = (alias: string, n: number) =>
  ({ ...INTENT, kind: 'setAlias', opId: `${alias} to ${n}`, alias, n, expect: undefined }) as const
const deletion = (n: number) => ({ ...INTENT, kind: 'delete', opId: `delete ${n}`, n, withAliases: true }) as const

describe('an operation on an artifact with 100,000 versions', () => {
  test('takes as many statements as on one with a single version, and no more than stated', async () => {
    const counts: Record<string, [stated: number, small: number, large: number]> = {}
    for (const [name, stated, work] of COSTS) {
      counts[name] = [stated, await countOf(work, 'small'), await countOf(work, 'model')]
    }

    expect(counts).toEqual(Object.fromEntries(COSTS.map(([name, stated]) => [name, [stated, stated, stated]])))
  })

  test('that deletes the latest above nothing but tombstones reads twice as many at a time', async () => {
    const artifact = 'ended'
    const store = createSqliteMetadataStore({ file, sqlite: unsyncedSqlite })
    await store.commit({ ...KEY, artifact }, logOf('A'), {})
    const raw = new unsyncedSqlite.DatabaseSync(file)
    raw.exec(`
      INSERT INTO versions (artifact_id, n, digest, op_id, supersede, aliases, created_at, size_bytes, file_count, deleted)
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)
      SELECT id, n, printf('%064x', n), 'op-' || n, 0, '[]', created_at, 1, 1, n < 5000
      FROM numbers, artifacts WHERE name = '${artifact}';
      UPDATE artifacts SET next_n = 5001, latest_n = 5000 WHERE name = '${artifact}';
    `)
    raw.close()

    const count = await countOf((other) => other.commit({ ...KEY, artifact }, deletion(5000), {}), artifact)

    expect(count).toBeLessThan(30)
    expect((await store.head({ ...KEY, artifact }, {}))?.latest?.n).toBe(0)
    await store.close()
  })

  test('is right about what it finds', async () => {
    const store = createSqliteMetadataStore({ file, sqlite: unsyncedSqlite })
    const page = await store.versions(KEY, { limit: 3, newestFirst: true, cursor: '99990' })
    const next = await store.versions(KEY, { limit: 3, newestFirst: true, cursor: page.cursor })
    await store.close()

    expect([page, next].map(({ items }) => items.map(({ key }) => key.n))).toEqual([
      [99_989, 99_988, 99_986],
      [99_985, 99_983, 99_982],
    ])
  })
})

/** How many statements it takes, with a connection that is open already. */
async function countOf(work: Work, artifact: string): Promise<number> {
  let count = 0
  const before = (sql: string): void => {
    if (/^(SELECT|INSERT|UPDATE|DELETE)/.test(sql)) count++
  }
  const store = createSqliteMetadataStore({ file, sqlite: engineOf({ before }) })
  await store.open({})
  count = 0
  await work(store, artifact)
  await store.close()
  return count
}
