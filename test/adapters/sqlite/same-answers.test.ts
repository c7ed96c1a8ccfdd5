import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import { createPorts } from '../../../src/composition/create-ports.ts'
import type { Command } from '../../../src/domain/command.ts'
import { isLadingError } from '../../../src/domain/errors.ts'
import { RECENT_MAX } from '../../../src/domain/head.ts'
import type { ArtifactKey } from '../../../src/domain/version.ts'
import { checkedMetadataStore } from '../../../src/ports/facade/metadata-store.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import { logOf } from '../../support/log-command.ts'
import { stoppedClock } from '../../support/sqlite-story.ts'
import { databaseFile, KEY, openFile } from './sqlite-kit.ts'

const OTHER: ArtifactKey = { ...KEY, artifact: 'other' }
const RUN = { project: 'demo', id: 'r1', name: 'first' }
const PAGE = { limit: 1_000 }

const alias = fc.constantFrom('prod', 'test')
const n = fc.nat({ max: 6 })
/** How often one thing happens, in so many. */
const oneIn = (count: number) => fc.nat({ max: count - 1 }).map((index) => index === 0)

const LOG = fc.record({
  kind: fc.constant('log' as const),
  content: fc.constantFrom('A', 'B', 'C', 'D'),
  type: oneIn(8).map((isOther) => (isOther ? 'dataset' : 'model')),
  supersede: oneIn(8),
  aliases: fc.uniqueArray(alias, { maxLength: 2 }),
  description: fc.constantFrom(null, null, 'described'),
})
const SET_ALIAS = fc.record({
  kind: fc.constant('setAlias' as const),
  alias,
  n: fc.option(n),
  expect: fc.constantFrom(undefined, undefined, null, 0, 1),
})
const DELETE = fc.record({ kind: fc.constant('delete' as const), n, withAliases: fc.boolean() })
const DESCRIBE = fc.record({ kind: fc.constant('describe' as const), description: fc.constantFrom('x', 'y') })
const DELETE_ARTIFACT = fc.record({ kind: fc.constant('deleteArtifact' as const) })

/** `back`: by how many revs the head that the client saw is older than the one that is there now. */
const INTENT = fc.record({
  artifact: fc.constantFrom(KEY, KEY, OTHER),
  delivery: fc.constantFrom('alone' as const, 'first' as const, 'resent' as const),
  run: fc.constantFrom(null, RUN),
  back: fc.constantFrom(0, 0, 1, 3, RECENT_MAX - 1, RECENT_MAX, RECENT_MAX + 1),
})

const STEP = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(INTENT, fc.oneof(LOG, LOG, SET_ALIAS, SET_ALIAS, DELETE, DESCRIBE)) },
  { weight: 1, arbitrary: fc.tuple(INTENT, DELETE_ARTIFACT) },
  // A command that was given so many steps ago, sent again.
  { weight: 4, arbitrary: fc.record({ ago: fc.nat({ max: 8 }) }) },
  // So many others in between that a window of applied operations may pass.
  { weight: 1, arbitrary: fc.record({ others: fc.constantFrom(RECENT_MAX - 2, RECENT_MAX, RECENT_MAX + 1) }) },
)
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never

test.each([
  ['one handle', 1, 15],
  ['two handles, which both execute what may have two executors,', 2, 6],
] as const)(
  'any commands get from SQLite by %s the answers of the commit protocol, and leave the same',
  async (_name, executors, numRuns) => {
    const steps = fc.array(STEP, { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(steps, (given) => holdsFor(given, executors)),
      { numRuns },
    )
  },
  60_000,
)

interface Sent {
  readonly key: ArtifactKey
  readonly command: Command
}

async function holdsFor(steps: readonly Step[], executors: number): Promise<void> {
  const ports = createPorts(createMemoryObjectStore(), { clock: stoppedClock })
  const model = checkedMetadataStore(ports.metadata)
  const file = databaseFile()
  const handles = Array.from({ length: executors }, () => openFile(file, { clock: stoppedClock }))
  const sent: Sent[] = []
  try {
    for (const [index, step] of steps.entries()) {
      for (const { key, command } of await commandsOf(model, step, { index, sent })) {
        const count = command.delivery === 'alone' ? 1 : executors
        const expected: unknown[] = []
        for (let times = 0; times < count; times++) expected.push(await outcomeOf(model, { key, command }))
        const given = await Promise.all(handles.slice(0, count).map((store) => outcomeOf(store, { key, command })))
        expect(given.map(textOf).toSorted()).toEqual(expected.map(textOf).toSorted())
        sent.push({ key, command })
      }
    }
    expect(await stateOf(handles[0]!)).toEqual(await stateOf(model))
  } finally {
    await Promise.all([model, ...handles].map((store) => store.close()))
  }
}

async function commandsOf(
  model: MetadataStore,
  step: Step,
  { index, sent }: { readonly index: number; readonly sent: readonly Sent[] },
): Promise<readonly Sent[]> {
  if ('ago' in step) {
    const { key, command } = sent.at(-1 - step.ago) ?? {}
    return key && command && command.delivery !== 'alone' ? [{ key, command: { ...command, delivery: 'resent' } }] : []
  }
  if ('others' in step) {
    return Array.from({ length: step.others }, (_, count) => {
      const intent = { opId: `op-${index}-${count}`, baseRev: 0, delivery: 'alone', at: AT, run: null } as const
      return { key: KEY, command: { ...intent, kind: 'describe', description: `${index}.${count}` } }
    })
  }
  const [{ artifact: key, back, ...rest }, change] = step
  const rev = (await model.head(key, {}))?.rev ?? 0
  const intent = { ...rest, opId: `op-${index}`, at: AT, baseRev: Math.max(0, rev - back) }
  if (change.kind !== 'log') return [{ key, command: { ...change, ...intent } }]
  const { content, ...log } = change
  return [{ key, command: logOf(content, { ...log, ...intent }) }]
}

const AT = '2026-01-01T00:00:00.000Z'

async function outcomeOf(store: MetadataStore, { key, command }: Sent): Promise<unknown> {
  try {
    return await store.commit(key, command, {})
  } catch (error) {
    if (!isLadingError(error)) throw error
    return { code: error.code, detail: error.detail, next: error.next }
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value)
}

/** All that can be read, but for what the two keep elsewhere. */
async function stateOf(store: MetadataStore): Promise<unknown> {
  const artifacts = await Promise.all([KEY, OTHER].map((key) => artifactOf(store, key)))
  return {
    artifacts,
    listed: await store.artifacts('demo', PAGE),
    models: await store.artifacts('demo', { ...PAGE, type: 'model' }),
    projects: await store.projects(PAGE),
    run: await store.linksOfRun('demo', RUN.id, {}),
  }
}

async function artifactOf(store: MetadataStore, key: ArtifactKey): Promise<unknown> {
  const head = await store.head(key, {})
  if (head === null) return null
  const { moves: _moves, deleting: _deleting, ...rest } = head
  const numbers = Array.from({ length: head.next + 1 }, (_, index) => index)
  const history: unknown[] = []
  for await (const event of store.export(key, { since: 0 })) history.push(event)
  return {
    head: rest,
    moves: await store.moves(key, {}),
    records: await Promise.all(numbers.map((number) => store.record({ ...key, n: number }, {}))),
    links: await Promise.all(numbers.map((number) => store.linksOf({ ...key, n: number }, {}))),
    up: await store.versions(key, { ...PAGE, newestFirst: false }),
    down: await store.versions(key, { ...PAGE, newestFirst: true }),
    latest: await store.resolve(key, { kind: 'latest' }, {}),
    history,
  }
}
