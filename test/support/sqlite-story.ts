import { sha256 } from '../../src/domain/digest.ts'
import { systemClock } from '../../src/adapters/system/index.ts'
import type { Command } from '../../src/domain/command.ts'
import type { DraftPart } from '../../src/domain/draft.ts'
import type { Clock } from '../../src/ports/environment.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { logOf } from './log-command.ts'

const AT = '2026-01-01T00:00:00.000Z'
const KEY = { project: 'demo', artifact: 'model' }
const RUN = { project: 'demo', id: 'r1', name: 'night' }
const ROUND = { ...KEY, id: 'team', round: 0 }
const INTENT = { baseRev: 0, delivery: 'alone', at: AT, run: null } as const

/** A clock that stands still: two runs of the story write the same. */
export const stoppedClock: Clock = { ...systemClock, now: () => AT }

/** Writes of every kind, each of which takes one transaction, in an order in which each can be carried out. */
export const STORY: readonly ((store: MetadataStore) => Promise<unknown>)[] = [
  (store) => store.startRun({ ...RUN, group: 'team', config: { lr: 0.1 }, createdAt: AT }, {}),
  send(logOf('A', { aliases: ['prod', 'best'], description: 'what it is' })),
  send(logOf('B', { aliases: ['prod'], run: RUN, derivedFrom: { ...KEY, n: 0 }, metadata: { a: 1 } })),
  send({ ...INTENT, kind: 'setAlias', opId: 'move', alias: 'prod', n: 0, expect: 1 }),
  send(logOf('A', { opId: 'again', aliases: ['again'] })),
  (store) => store.recordEdge({ kind: 'in', run: RUN, version: { ...KEY, n: 0 }, at: AT, opId: 'use' }, {}),
  send({ ...INTENT, kind: 'delete', opId: 'delete', n: 1, withAliases: true }),
  (store) => store.editMetadata({ ...KEY, n: 0 }, { metadata: { b: 2 }, metadataDigest: null, at: AT, run: RUN }, {}),
  send({ ...INTENT, kind: 'describe', opId: 'describe', description: 'something else' }),
  (store) => store.drafts.upsert(ROUND, PART, {}),
  send(logOf('C', { supersede: true, aliases: ['prod'] })),
  (store) =>
    store.writeLayout(
      'demo',
      sha256('C'),
      new Map([[sha256('a'), { pack: `packs/${sha256('p')}`, offset: 1, sizeBytes: 2 }]]),
      {},
    ),
  send({ ...INTENT, kind: 'deleteArtifact', opId: 'delete all' }),
  (store) => store.endRun(RUN, AT, {}),
]

const PART: DraftPart = {
  opId: 'part',
  run: RUN,
  manifest: sha256('part'),
  at: AT,
  type: 'model',
  metadata: null,
  metadataDigest: null,
  description: null,
}

function send(command: Command): (store: MetadataStore) => Promise<unknown> {
  return (store) => store.commit(KEY, command, {})
}

/** All that anyone can read of what the story wrote, as text. */
export async function tellOf(store: MetadataStore): Promise<string> {
  const head = await store.head(KEY, {})
  const versions = []
  for (let n = 0; n < (head?.next ?? 0); n++) {
    const version = await store.resolve(KEY, { kind: 'version', n }, {})
    const edit = await store.metadataEdit({ ...KEY, n }, {})
    versions.push({ version, edit, links: await store.linksOf({ ...KEY, n }, {}) })
  }
  const layout = await store.layout('demo', sha256('C'), {})
  return JSON.stringify({
    head,
    versions,
    moves: await store.moves(KEY, {}),
    projects: await store.projects({ limit: 10 }),
    runs: await store.runs('demo', { limit: 10 }),
    links: await store.linksOfRun('demo', 'r1', {}),
    drafts: await store.drafts.list(KEY, { limit: 10 }),
    layout: layout && [...layout],
  })
}
