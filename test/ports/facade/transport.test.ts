import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/domain/digest.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import { createManifest } from '../../../src/domain/manifest.ts'
import type { CallOptions } from '../../../src/ports/call.ts'
import { checkedTransport } from '../../../src/ports/facade/transport.ts'
import { bytesSource } from '../../../src/ports/sources.ts'
import type { LogIntent, Transport, TransportCapabilities, Upload } from '../../../src/ports/transport.ts'

const KEY = { project: 'demo', artifact: 'model' }
const VERSION = { ...KEY, n: 0 }
const BAD = { project: 'demo', artifact: '../x' }
const DIGEST = sha256('a')
const FROM = { project: 'demo', manifest: DIGEST }
const MANIFEST = createManifest([{ path: 'a', digest: DIGEST, size: 1 }])
const RUN = { project: 'demo', id: 'r1', name: 'r1' }
const CHANGE = { opId: 'op', at: '2026-01-01T00:00:00.000Z', run: null }
const MOVE = { ...CHANGE, alias: 'prod', target: { kind: 'version', n: 0 }, expect: undefined } as const
const ROUND = { ...KEY, id: 'night', round: 0 }
const PART = { ...CHANGE, run: RUN, type: 'model', metadata: null, description: null }
const INTENT: LogIntent = {
  ...CHANGE,
  type: 'model',
  aliases: [],
  supersede: false,
  description: null,
  metadata: null,
  derivedFrom: null,
}

type Call = (transport: Transport, options: CallOptions) => Promise<unknown>

describe('arguments that no adapter sees: INVALID', () => {
  const calls: Record<string, Call> = {
    'a bad artifact to upload to': (transport) => transport.upload(BAD, { bases: [] }),
    'a base that is no digest': (transport) => transport.upload(KEY, { bases: ['x'] }),
    'a bad artifact to resolve': (transport) => transport.resolve(BAD, { kind: 'latest' }, {}),
    'a version as an alias': (transport) => transport.resolve(KEY, { kind: 'alias', alias: 'v1' }, {}),
    'a number below zero': (transport) => transport.resolve(KEY, { kind: 'version', n: -1 }, {}),
    'an odd digest': (transport) => transport.resolve(KEY, { kind: 'digest', digest: DIGEST.toUpperCase() }, {}),
    'a want that is no digest': (transport) => transport.read(FROM, [{ digest: '', sizeBytes: 1 }], async () => {}, {}),
    'the alias latest': (transport) => transport.moveAlias(KEY, { ...MOVE, alias: 'latest' }, {}),
    'half a version to expect': (transport) => transport.moveAlias(KEY, { ...MOVE, expect: 0.5 }, {}),
    'a change without an operation': (transport) =>
      transport.describe(KEY, { ...CHANGE, opId: '', description: '' }, {}),
    'a bad run': (transport) => transport.recordUse(VERSION, { ...CHANGE, run: { ...RUN, id: 'a b' } }, {}),
    'metadata that is no JSON': (transport) => {
      return transport.updateMetadata(VERSION, { ...CHANGE, metadata: { a: Number.POSITIVE_INFINITY } }, {})
    },
    'a change at no time': (transport) => transport.deleteArtifact(KEY, { ...CHANGE, at: '\ud800' }, {}),
    'an operation id with a line break': (transport) => transport.deleteArtifact(KEY, { ...CHANGE, opId: 'a\n' }, {}),
    'a change sent from a rev below zero': (transport) => {
      return transport.deleteArtifact(KEY, { ...CHANGE, sent: { baseRev: -1, delivery: 'first' } }, {})
    },
    'a move by alias that may be sent again': (transport) => {
      const target = { kind: 'alias', alias: 'best' } as const
      return transport.moveAlias(KEY, { ...MOVE, target, sent: { baseRev: 1, delivery: 'first' } }, {})
    },
    'a run with a name that is too long': (transport) => {
      return transport.recordUse(VERSION, { ...CHANGE, run: { ...RUN, name: 'x'.repeat(513) } }, {})
    },
    'a group without characters': (transport) => {
      return transport.startRun({ ...RUN, group: '', config: null, createdAt: CHANGE.at }, {})
    },
    'an end at no time': (transport) => transport.endRun(RUN, 'x'.repeat(65), {}),
    'a number to export from that is none': (transport) => Array.fromAsync(transport.export(KEY, { since: -1 })),
    'a draft without id': (transport) => transport.draftRound({ ...KEY, id: '' }, {}),
    'a round below zero': (transport) => transport.abandon({ ...ROUND, round: -1 }, CHANGE, {}),
    'a finish with a bad alias': (transport) => {
      return transport.finish(ROUND, { ...PART, aliases: ['v1'], onConflict: 'refuse' }, {})
    },
    'a page without rows': (transport) => transport.projects({ limit: 0 }),
    'no depth': (transport) => transport.lineage(VERSION, { direction: 'up', depth: Number.NaN }),
    'a bad project to list': (transport) => transport.artifacts('a/b', { limit: 1 }),
    'a bad artifact to export': (transport) => Array.fromAsync(transport.export(BAD, { since: 0 })),
  }

  test.each(Object.entries(calls))('%s', async (_, call) => {
    const { transport, seen } = fakeTransport()

    await expect(call(transport, {})).rejects.toMatchObject({ code: 'INVALID', adapter: 'fake' })
    expect(seen).toEqual([])
  })

  test('an upload of nothing, of a bad type, with a bad alias, of a blob without size', async () => {
    const { transport, seen } = fakeTransport()
    const upload = await transport.upload(KEY, { bases: [] })
    const calls = [
      upload.commit(createManifest([]), INTENT, {}),
      upload.commit(MANIFEST, { ...INTENT, type: '' }, {}),
      upload.commit(MANIFEST, { ...INTENT, aliases: ['v1'] }, {}),
      upload.missing([{ digest: DIGEST, sizeBytes: -1 }], {}),
      upload.write([{ digest: DIGEST, sizeBytes: Number.NaN, source: bytesSource(new Uint8Array()) }], {}),
    ]

    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'INVALID', key: 'demo/model' })
    expect(seen).toEqual(['upload'])
  })
})

describe('what is denied: UNSUPPORTED', () => {
  const calls: Record<string, Call> = {
    ingest: async (transport) => (await transport.upload(KEY, { bases: [] })).ingest([], {}),
    'a move with expect': (transport) => transport.moveAlias(KEY, { ...MOVE, expect: null }, {}),
    deleteVersion: (transport) => transport.deleteVersion(VERSION, { ...CHANGE, withAliases: true }, {}),
    deleteArtifact: (transport) => transport.deleteArtifact(KEY, CHANGE, {}),
    draftRound: (transport) => transport.draftRound(ROUND, {}),
    finish: (transport) => transport.finish(ROUND, { ...PART, aliases: [], onConflict: 'last' }, {}),
    abandon: (transport) => transport.abandon(ROUND, CHANGE, {}),
    drafts: (transport) => transport.drafts(KEY, { limit: 1 }),
    export: (transport) => Array.fromAsync(transport.export(KEY, { since: 0 })),
    repair: (transport) => transport.repair(VERSION, [], {}),
  }

  test.each(Object.entries(calls))('%s', async (_, call) => {
    const denied = { onePass: false, expect: false, delete: false, export: false, collaborate: false, repair: false }
    const { transport, seen } = fakeTransport({ capabilities: denied })

    await expect(call(transport, {})).rejects.toMatchObject({ code: 'UNSUPPORTED', adapter: 'fake' })
    expect(seen.filter((operation) => operation !== 'upload')).toEqual([])
  })

  test('a move without expect passes', async () => {
    const { transport, seen } = fakeTransport({ capabilities: { expect: false } })

    await transport.moveAlias(KEY, MOVE, {})

    expect(seen).toEqual(['moveAlias'])
  })
})

test('a move by number may be sent again', async () => {
  const { transport, seen } = fakeTransport()

  await transport.moveAlias(KEY, { ...MOVE, sent: { baseRev: 1, delivery: 'resent' } }, {})

  expect(seen).toEqual(['moveAlias'])
})

test('an upsert hands the adapter its own upload; that of another transport is INVALID', async () => {
  const { transport, parts } = fakeTransport()
  const upload = await transport.upload(KEY, { bases: [] })
  const other = await fakeTransport().transport.upload(KEY, { bases: [] })

  await transport.upsert(ROUND, { upload, manifest: MANIFEST, intent: PART }, {})
  const foreign = transport.upsert(ROUND, { upload: other, manifest: MANIFEST, intent: PART }, {})

  await expect(foreign).rejects.toMatchObject({ code: 'INVALID', operation: 'upsert', key: 'demo/model night' })
  expect(parts).toHaveLength(1)
  expect(parts[0]).not.toBe(upload)
})

test('`latest` among the aliases of a log is left out, and so is an alias that is given twice', async () => {
  const { transport, intents } = fakeTransport()
  const upload = await transport.upload(KEY, { bases: [] })

  await upload.commit(MANIFEST, { ...INTENT, aliases: ['a', 'latest', 'a'] }, {})

  expect(intents.map(({ aliases }) => aliases)).toEqual([['a']])
})

test('an error that the adapter did not name is UNAVAILABLE for a read and UNKNOWN_OUTCOME for a write', async () => {
  const { transport } = fakeTransport({ fails: new Error('socket hang up') })

  const read = transport.resolve(KEY, { kind: 'latest' }, {})
  const write = transport.moveAlias(KEY, MOVE, {})

  await expect(read).rejects.toMatchObject({ code: 'UNAVAILABLE', operation: 'resolve', key: 'demo/model' })
  await expect(write).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME', operation: 'moveAlias', adapter: 'fake' })
})

test('an error of ours keeps its code', async () => {
  const { transport } = fakeTransport({ fails: new LadingError('CONFLICT', { detail: 'expected v1, found v2' }) })

  const call = transport.moveAlias(KEY, MOVE, {})

  await expect(call).rejects.toMatchObject({ code: 'CONFLICT', detail: 'expected v1, found v2', adapter: 'fake' })
})

test("the caller's own errors, of a source or of a sink, come back as they are", async () => {
  const problem = new Error('the disk is full')
  const { transport } = fakeTransport()
  const upload = await transport.upload(KEY, { bases: [] })
  const source = { sizeBytes: 1, read: () => chunks(problem) }
  const sink = async (): Promise<void> => {
    throw problem
  }

  await expect(upload.write([{ digest: DIGEST, sizeBytes: 1, source }], {})).rejects.toBe(problem)
  await expect(upload.ingest([source], {})).rejects.toBe(problem)
  await expect(transport.read(FROM, [{ digest: DIGEST, sizeBytes: 1 }], sink, {})).rejects.toBe(problem)
})

test('a sink cannot hide that the bytes were wrong', async () => {
  const { transport } = fakeTransport({ bytesFail: new LadingError('CORRUPT', { detail: 'other bytes' }) })

  const reading = transport.read(
    FROM,
    [{ digest: DIGEST, sizeBytes: 1 }],
    async (_, chunks) => {
      await Array.fromAsync(chunks).catch(() => undefined)
    },
    {},
  )

  await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', operation: 'read' })
})

test('a fired signal is ABORTED, and the adapter is not asked', async () => {
  const { transport, seen } = fakeTransport()
  const signal = AbortSignal.abort()

  await expect(transport.resolve(KEY, { kind: 'latest' }, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(transport.upload(KEY, { bases: [], signal })).rejects.toMatchObject({ code: 'ABORTED' })
  expect(seen).toEqual([])
})

test('after close everything is CLOSED, uploads that were begun before included; the adapter is closed once', async () => {
  const { transport, seen } = fakeTransport()
  const upload = await transport.upload(KEY, { bases: [] })

  await Promise.all([transport.close(), transport.close()])

  await expect(transport.resolve(KEY, { kind: 'latest' }, {})).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(upload.commit(MANIFEST, INTENT, {})).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(Array.fromAsync(transport.export(KEY, { since: 0 }))).rejects.toMatchObject({ code: 'CLOSED' })
  expect(seen).toEqual(['upload', 'close'])
})

interface Fake {
  readonly capabilities?: Partial<TransportCapabilities>
  readonly fails?: Error
  readonly bytesFail?: Error
}

/** A transport behind the facade that answers nothing of interest, and what it was asked for. */
function fakeTransport({ capabilities = {}, fails, bytesFail }: Fake = {}) {
  const seen: string[] = []
  const intents: LogIntent[] = []
  const parts: Upload[] = []
  const answer = (operation: string) => async (): Promise<never> => {
    seen.push(operation)
    if (fails) throw fails
    // Nobody looks at what a fake answers.
    return undefined as never
  }
  const upload: Upload = {
    key: KEY,
    head: null,
    async ingest(sources, options) {
      for (const source of sources) await Array.fromAsync(source.read(options))
      return []
    },
    missing: answer('missing'),
    async write(items, options) {
      for (const { source } of items) await Array.fromAsync(source.read(options))
    },
    async commit(_manifest, intent) {
      intents.push(intent)
      return undefined as never
    },
  }
  const answered = Object.fromEntries(
    ['resolve', 'head', 'metadata', 'manifest', 'layout', 'recordUse', 'moveAlias', 'moves', 'updateMetadata']
      .concat(['describe', 'deleteVersion', 'deleteArtifact', 'projects', 'artifacts', 'versions', 'runs', 'startRun'])
      .concat(['repair', 'draftRound', 'finish', 'abandon', 'drafts'])
      .concat(['run', 'endRun', 'linksOf', 'linksOfRun', 'lineage', 'close'])
      .map((operation) => [operation, answer(operation)]),
  ) as unknown as Transport
  const adapter: Transport = {
    ...answered,
    capabilities: Object.freeze({ ...ALL, ...capabilities }),
    async upload() {
      seen.push('upload')
      return upload
    },
    async upsert(_round, part) {
      parts.push(part.upload)
    },
    async read(_from, wants, sink) {
      for (const index of wants.keys()) await sink(index, chunks(bytesFail))
    },
    export() {
      seen.push('export')
      return chunks(undefined) as never
    },
  }
  return { transport: checkedTransport(adapter), seen, intents, parts }
}

const ALL: TransportCapabilities = {
  adapter: 'fake',
  onePass: true,
  expect: true,
  collaborate: true,
  delete: true,
  export: true,
  repair: true,
  delivery: 'first',
}

async function* chunks(failure: Error | undefined): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1)
  if (failure) throw failure
}
