import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/adapters/system/index.ts'
import { sha256 } from '../../../src/domain/digest.ts'
import { RECENT_MAX } from '../../../src/domain/head.ts'
import type { HistoryEvent } from '../../../src/domain/history.ts'
import type { Collection } from '../../../src/ports/blob-store.ts'
import { failureOf } from '../../support/failure-of.ts'
import { logOf } from '../../support/log-command.ts'
import { databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

/** Begins a collection of blobs behind the store's back, as a collector does. */
function condemn(file: string, epoch: number, name: string): void {
  const raw = rawDatabase(file)
  raw.prepare("INSERT OR REPLACE INTO collections VALUES ('demo', ?, 'condemned', 'now')").run(epoch)
  raw.prepare("INSERT INTO condemned_blobs VALUES ('demo', ?)").run(name)
}

describe('a collection of blobs', () => {
  test('that begins while blobs are confirmed has them confirmed again, under its own state', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    const seen: Collection[] = []
    const confirm = async (collection: Collection): Promise<void> => {
      seen.push(collection)
      if (seen.length < 3) condemn(file, seen.length, `blob ${seen.length}`)
    }

    const { n } = await store.commit(KEY, logOf('B'), { confirm })

    expect(n).toBe(1)
    expect(seen).toEqual([
      { epoch: 0, state: 'swept', condemned: new Set() },
      { epoch: 1, state: 'condemned', condemned: new Set(['blob 1']) },
      { epoch: 2, state: 'condemned', condemned: new Set(['blob 1', 'blob 2']) },
    ])
    expect((await store.prepare(KEY, {})).collection).toEqual(seen[2])
  })

  test('that begins while a history is imported stops the import: UNAVAILABLE, and what came before stays', async () => {
    const source = openFile(databaseFile())
    await source.commit(KEY, logOf('A'), {})
    await source.commit(KEY, logOf('B'), {})
    const file = databaseFile()
    const target = openFile(file)
    const events = async function* (): AsyncGenerator<HistoryEvent> {
      for await (const event of source.export(KEY, { since: 0 })) {
        if (event.kind === 'version' && event.version.n === 1) condemn(file, 1, 'a blob')
        yield event
      }
    }

    const error = await failureOf(target.import(KEY, events(), {}))

    expect(error).toMatchObject({ code: 'UNAVAILABLE', next: expect.stringContaining('import it again') })
    expect((await target.head(KEY, {}))?.next).toBe(1)
    await target.import(KEY, source.export(KEY, { since: 0 }), {})
    expect((await target.head(KEY, {}))?.next).toBe(2)
  })
})

describe('a command that is sent again', () => {
  test('is known not to be applied up to the head that was read before its blobs were confirmed', async () => {
    const store = openFile(databaseFile())
    await store.commit(KEY, logOf('A'), {})
    const { rev: baseRev } = (await store.head(KEY, {}))!
    const others = async (from: number): Promise<void> => {
      for (let n = from; n < from + RECENT_MAX - 1; n++) await store.commit(KEY, logOf(`other ${n}`), {})
    }
    await others(0)

    const command = logOf('B', { delivery: 'resent', baseRev })
    const answer = await store.commit(KEY, command, { confirm: () => others(RECENT_MAX) })

    expect(answer).toMatchObject({ n: 2 * RECENT_MAX - 1, created: true })
  })
})

describe('metadata in a blob of its own', () => {
  test('replaces nothing after the time until which its blob may be relied on: UNAVAILABLE', async () => {
    const store = openFile(databaseFile())
    await store.commit(KEY, logOf('A'), {})
    const version = { ...KEY, n: 0 }
    const edit = { metadata: null, metadataDigest: sha256('large'), at: '2026-01-01T00:00:00.000Z', run: null }

    const late = store.editMetadata(version, edit, { untilMs: systemClock.monotonicMs() - 1 })

    expect((await failureOf(late)).code).toBe('UNAVAILABLE')
    expect(await store.metadataEdit(version, {})).toBeNull()
    await store.editMetadata(version, edit, { untilMs: systemClock.monotonicMs() + 60_000 })
    expect(await store.metadataEdit(version, {})).toEqual(edit)
  })
})

describe('an artifact without a version', () => {
  test('is imported as one, and is not listed', async () => {
    const events = async function* (): AsyncGenerator<HistoryEvent> {
      yield { kind: 'artifact', type: 'model', createdAt: '2026-01-01T00:00:00.000Z' }
      yield { kind: 'state', state: { next: 0, floor: 0, aliases: {}, description: null, moveCount: 0 } }
    }
    const store = openFile(databaseFile())

    await store.import(KEY, events(), {})

    expect(await store.head(KEY, {})).toMatchObject({ type: 'model', next: 0, latest: null })
    expect((await store.artifacts('demo', { limit: 1 })).items).toEqual([])
  })
})
