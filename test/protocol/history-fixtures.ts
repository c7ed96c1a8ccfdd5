import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import type { MemoryData } from '../../src/adapters/memory/index.ts'
import { systemIds } from '../../src/adapters/system/index.ts'
import type { Command, LogCommand } from '../../src/domain/command.ts'
import { isLadingError, LadingError } from '../../src/domain/errors.ts'
import type { HistoryEvent } from '../../src/domain/history.ts'
import type { RunRef } from '../../src/domain/version.ts'
import type { Clock } from '../../src/ports/environment.ts'
import { checkedMetadataStore } from '../../src/ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { createProtocolMetadataStore } from '../../src/protocol/metadata-store.ts'
import { logOf as logCommandOf } from '../support/log-command.ts'

export const KEY = { project: 'p', artifact: 'model' }
export const RUN: RunRef = { project: 'p', id: 'r1', name: 'train' }

/** The three ways in which a store commits. */
export const FLAVOURS = ['native', 'numbered', 'batch'] as const
export type Flavour = (typeof FLAVOURS)[number]

/** Never waits. */
const clock: Clock = { now: () => '2026-02-02T00:00:00.000Z', monotonicMs: () => 0, pause: async () => {} }

/** A store whose content can be opened again, and changes made to it counted. */
export interface TestStore {
  readonly metadata: MetadataStore
  /** Grows with every write. */
  readonly changes: () => number
  /** Another handle on it. */
  another(): MetadataStore
  /** A handle of a process that dies when it sends its `requests`-th request. */
  dying(requests: number): MetadataStore
}

export function createTestStore(flavour: Flavour): TestStore {
  const shared = createMemoryData()
  return {
    metadata: open(objectsOf(flavour, shared)),
    changes: () => shared.generation,
    another: () => open(objectsOf(flavour, shared)),
    dying: (requests) => open(dyingAt(objectsOf(flavour, shared), requests)),
  }
}

function objectsOf(flavour: Flavour, shared: MemoryData): ObjectStore {
  const register = flavour === 'numbered' ? 'numbered' : 'native'
  return createMemoryObjectStore({ shared, register, batch: flavour === 'batch' })
}

function open(driver: ObjectStore): MetadataStore {
  const objects = checkedObjectStore(driver)
  return checkedMetadataStore(createProtocolMetadataStore({ objects, clock, ids: systemIds }))
}

function dyingAt(store: ObjectStore, requests: number): ObjectStore {
  let sent = 0
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member = Reflect.get(object, name) as unknown
        if (name === 'batch') return wrap(member as object)
        if (typeof member !== 'function') return member
        return async (...given: unknown[]) => {
          sent++
          if (sent >= requests) throw new LadingError('CLOSED', { detail: 'the process died' })
          return Reflect.apply(member, object, given) as unknown
        }
      },
    })
  return wrap(store)
}

/** A log of the content that a name stands for. */
export function logOf(opId: string, content: string, given: Partial<LogCommand> = {}): LogCommand {
  const at = `2026-01-01T00:00:00.${String(Number(opId.replace(/\D/g, '')) % 1_000).padStart(3, '0')}Z`
  return logCommandOf(content, { opId, at, sizeBytes: content.length, ...given })
}

/** Sends commands one after the other. What the rule refuses is left out. */
export async function play(store: MetadataStore, commands: readonly Command[]): Promise<void> {
  for (const command of commands) {
    try {
      await store.commit(KEY, command, {})
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND') && !isLadingError(error, 'CONFLICT')) throw error
    }
  }
}

export async function collect(store: MetadataStore, since = 0): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  for await (const event of store.export(KEY, { since })) events.push(event)
  return events
}

export async function replay(store: MetadataStore, events: readonly HistoryEvent[]): Promise<void> {
  await store.import(KEY, stream(events), {})
}

async function* stream(events: readonly HistoryEvent[]): AsyncGenerator<HistoryEvent> {
  yield* events
}

/** Everything that an artifact answers, but for revs: they are each store's own. */
export async function answersOf(store: MetadataStore): Promise<unknown> {
  const head = await store.head(KEY, {})
  if (head === null) return null
  const numbers = Array.from({ length: head.next }, (_, n) => n)
  const versions = await Promise.all(
    numbers.map(async (n) => ({
      view: await store.resolve(KEY, { kind: 'version', n }, {}),
      edit: await store.metadataEdit({ ...KEY, n }, {}),
      derived: (await store.linksOf({ ...KEY, n }, {})).derived,
    })),
  )
  const moves = await store.moves(KEY, {})
  const { type, createdAt, next, floor, aliases, latest, description } = head
  return {
    head: { type, createdAt, next, floor, aliases, latest, description },
    versions: versions.map(({ view, ...rest }) => ({ ...view, ...rest })),
    moves: moves.map(({ rev: _rev, ...move }) => move),
    outputs: (await store.linksOfRun(RUN.project, RUN.id, {})).out,
  }
}

/** The contents of the live versions, those not yet counted among them. */
export async function liveContents(store: MetadataStore): Promise<string[]> {
  const head = await store.head(KEY, {})
  const numbers = Array.from({ length: head?.next ?? 0 }, (_, n) => n)
  const views = await Promise.all(numbers.map((n) => store.resolve(KEY, { kind: 'version', n }, {})))
  return views.flatMap((view) => (view?.live ? [view.record.digest] : []))
}
