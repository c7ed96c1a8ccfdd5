import { mkdir, readdir, rm, stat, symlink, utimes } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createHttpReferences } from '../../src/adapters/references/http.ts'
import { Artifact, isLadingError, LadingError } from '../../src/index.ts'
import type { ErrorCode, ReferenceHandler } from '../../src/index.ts'
import { sha256 } from '../../src/ports/index.ts'
import { closedPort, startServer } from '../support/http-server.ts'
import type { Routes, TestServer } from '../support/http-server.ts'
import { bytesOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World, WorldOptions } from './world.ts'

const BYTES = 'the bytes that live elsewhere'
const FACTS = { sha256: sha256(BYTES), size: BYTES.length }

interface Reference {
  readonly uri: string
  readonly facts?: { sha256?: string; size?: number; etag?: string }
}

/** A world with one version that holds a file and these references. */
async function withReferences(
  kind: Kind,
  references: Readonly<Record<string, Reference>>,
  options: WorldOptions = {},
): Promise<World> {
  const world = await createWorld(kind, options)
  const artifact = new Artifact('model').addFile(bytesOf('here'), 'here.txt')
  for (const [path, { uri, facts }] of Object.entries(references)) artifact.addReference(uri, path, facts)
  await world.lading.save(artifact)
  return world
}

async function fetchTo({ lading, at }: World, root = 'out', signal?: AbortSignal) {
  const version = await lading.getArtifact('model')
  return version.download({ root: at(root), references: 'fetch', signal })
}

const whole: Routes = {
  '/data': (response) => response.writeHead(200, { etag: '"one"', 'content-length': BYTES.length }).end(BYTES),
}

/** A handler of a scheme that gives these chunks. */
function handlerOf(chunks: readonly unknown[], facts: { sizeBytes?: number; etag?: string } = {}): ReferenceHandler {
  return {
    schemes: ['test'],
    async read(_uri, sink) {
      const given = (async function* () {
        yield* chunks as Uint8Array[]
      })()
      await sink({ sizeBytes: facts.sizeBytes ?? null, etag: facts.etag ?? null, chunks: given })
    },
  }
}

describe.each(KINDS)('references of a version in %s', (kind) => {
  test('are listed, and nothing is asked of anybody, unless they are to be fetched', async () => {
    const server = await startServer(whole)
    const world = await withReferences(kind, { data: { uri: server.at('/data') } })
    const version = await world.lading.getArtifact('model')

    const { references, written, unverified } = await version.download({ root: world.at('out') })

    expect(references).toMatchObject([{ path: 'data', ref: server.at('/data') }])
    expect([written, unverified]).toEqual([['here.txt'], []])
    expect(server.requests).toEqual([])
  })

  test('are recorded with their URI and size, and by their SHA-256, else their etag, else the URI', async () => {
    const uri = 's3://bucket/key'
    const world = await withReferences(kind, {
      bare: { uri },
      checked: { uri, facts: { ...FACTS, etag: 'not needed' } },
      tagged: { uri, facts: { etag: 'W/"one"', size: 7 } },
    })
    const version = await world.lading.getArtifact('model')

    expect((await version.entries()).filter(({ path }) => path !== 'here.txt')).toEqual([
      { path: 'bare', ref: uri, digest: uri, size: 0 },
      { path: 'checked', ref: uri, digest: FACTS.sha256, size: FACTS.size },
      { path: 'tagged', ref: uri, digest: 'W/"one"', size: 7 },
    ])
  })

  test('are read by nothing but what was asked to fetch them: no log, verification, patch or read of the rest', async () => {
    const server = await startServer(whole)
    const world = await withReferences(kind, { data: { uri: server.at('/data'), facts: FACTS } })
    const version = await world.lading.getArtifact('model')

    await version.checkout(world.at('out'))
    const folder = await version.verify(world.at('out'))
    const stored = await version.verify()
    await version.repair(world.at('out'))
    await (await version.file('here.txt')).text()
    await world.lading.save((await version.newDraft()).addFile(bytesOf('more'), 'more'))
    await refusal('UNSUPPORTED', () => version.file('data'))

    expect([folder.unverifiable, stored.unverifiable]).toEqual([['data'], ['data']])
    expect(server.requests).toEqual([])
    await version.checkout(world.at('out'), { references: 'fetch' })
    expect(server.requests.length).toBe(1)
    expect(await version.verify(world.at('out'))).toMatchObject({ ok: true, verified: 2, unverifiable: [] })
    await world.file('out/data', 'something else')
    expect(await version.verify(world.at('out'))).toMatchObject({
      ok: false,
      differences: [{ path: 'data', problem: 'modified' }],
    })
  })

  test('are fetched, those with a SHA-256 checked, the others told as unverified', async () => {
    const server = await startServer(whole)
    const uri = server.at('/data')
    const world = await withReferences(kind, {
      'a/checked': { uri, facts: FACTS },
      bare: { uri },
      tagged: { uri, facts: { etag: 'one', size: BYTES.length } },
    })

    const result = await fetchTo(world)

    expect(result).toMatchObject({
      written: ['a/checked', 'bare', 'here.txt', 'tagged'],
      unverified: ['bare', 'tagged'],
      references: [],
      bytes: 3 * BYTES.length + 4,
    })
    expect(await world.tree('out')).toEqual({ 'a/checked': BYTES, bare: BYTES, 'here.txt': 'here', tagged: BYTES })
  })

  test('are kept where they are intact; of what has no SHA-256 nobody knows, so it is fetched again', async () => {
    const server = await startServer(whole)
    const uri = server.at('/data')
    const world = await withReferences(kind, { checked: { uri, facts: FACTS }, bare: { uri } })
    await fetchTo(world)
    const { ino } = await stat(world.at('out/checked'))
    await world.file('out/bare', 'modified')

    const { kept, written } = await fetchTo(world)

    expect([kept, written]).toEqual([['checked', 'here.txt'], ['bare']])
    expect((await stat(world.at('out/checked'))).ino).toBe(ino)
    expect(await world.tree('out')).toMatchObject({ bare: BYTES })

    await world.file('out/checked', 'x'.repeat(BYTES.length))
    expect((await fetchTo(world)).written).toEqual(['bare', 'checked'])
  })

  test('obey include', async () => {
    const server = await startServer(whole)
    const world = await withReferences(kind, { one: { uri: server.at('/data') }, two: { uri: 's3://bucket/key' } })
    const version = await world.lading.getArtifact('model')

    const { written } = await version.download({ root: world.at('out'), references: 'fetch', include: 'one' })

    expect(written).toEqual(['one'])
  })

  test('count in the progress, whose end is not known where a size is not', async () => {
    const server = await startServer(whole)
    const uri = server.at('/data')
    const world = await withReferences(kind, { data: { uri, facts: FACTS } })
    await world.lading.save(new Artifact('unsized').addReference(uri, 'data'))
    const last: unknown[] = []

    for (const name of ['model', 'unsized']) {
      const version = await world.lading.getArtifact(name)
      const onProgress = (progress: unknown) => (last[name === 'model' ? 0 : 1] = progress)
      await version.download({ root: world.at(name), references: 'fetch', onProgress })
    }

    const [bytes, bytesTotal] = [BYTES.length + 4, BYTES.length + 4]
    expect(last[0]).toEqual({ phase: 'download', files: 2, filesTotal: 2, bytes, bytesTotal })
    expect(last[1]).toMatchObject({ files: 1, filesTotal: 1, bytes: BYTES.length, bytesTotal: null })
  })

  test('whose bytes are others than their SHA-256 are CORRUPT with path, expected and actual, and not written', async () => {
    const server = await startServer({ '/data': (response) => response.end('x'.repeat(BYTES.length)) })
    const world = await withReferences(kind, { 'a/data': { uri: server.at('/data'), facts: FACTS } })

    const error = await refusal('CORRUPT', () => fetchTo(world))

    expect(error.key).toBe('a/data')
    expect(error.detail).toContain(`expected SHA-256 ${FACTS.sha256}, found ${sha256('x'.repeat(BYTES.length))}`)
    expect(await world.tree('out')).toEqual({ 'here.txt': 'here' })
  })

  test.each<[string, ErrorCode, Reference['facts'], RegExp]>([
    ['another size than with a SHA-256', 'CORRUPT', { ...FACTS, size: 7 }, /expected 7 bytes, found 29/],
    ['another size than without one', 'CONFLICT', { size: 7 }, /expected 7 bytes, found 29/],
    ['another etag', 'CONFLICT', { etag: 'W/"zero"' }, /expected etag W\/"zero", found "one"/],
  ])('that lead to %s are %s', async (_, code, facts, detail) => {
    const server = await startServer(whole)
    const world = await withReferences(kind, { data: { uri: server.at('/data'), ...(facts && { facts }) } })

    const error = await refusal(code, () => fetchTo(world))

    expect([error.key, error.detail]).toEqual(['data', expect.stringMatching(detail)])
    expect(await world.tree('out')).not.toHaveProperty('data')
  })

  test('that send more or less than was recorded, without saying how much, are refused all the same', async () => {
    const server = await startServer({
      '/data': (response) => {
        response.write(BYTES.slice(0, 9))
        response.end(BYTES.slice(9))
      },
    })
    const uri = server.at('/data')
    for (const [size, found] of [
      [7, 'more'],
      [99, '29'],
    ] as const) {
      const world = await withReferences(kind, { data: { uri, facts: { size } } })
      const error = await refusal('CONFLICT', () => fetchTo(world))
      expect(error.detail).toContain(`expected ${size} bytes, found ${found}`)
      expect(await world.tree('out')).not.toHaveProperty('data')
    }
  })

  test('of a scheme without a handler are UNSUPPORTED, by name, before anything is written', async () => {
    const world = await withReferences(kind, { data: { uri: 'S3://key:secret@bucket/data?token=secret' } })

    const error = await refusal('UNSUPPORTED', () => fetchTo(world))

    expect(error.key).toBe('data')
    expect(error.message).toMatch(/"s3".*open the store with one: \{ references/)
    expect(error.message).not.toContain('secret')
    expect(await world.tree('out')).toEqual({})
  })

  test('on other paths than the disk can tell apart are CONFLICT before anything is asked', async () => {
    const server = await startServer(whole)
    const world = await withReferences(kind, { 'here.txt.d': { uri: server.at('/data') } })
    await mkdir(world.at('out/here.txt.d'), { recursive: true })

    await refusal('CONFLICT', () => fetchTo(world))

    expect(server.requests).toEqual([])
  })

  test('asked for in a way that there is not are INVALID', async () => {
    const world = await withReferences(kind, {})
    const version = await world.lading.getArtifact('model')
    await refusal('INVALID', () => version.download({ root: world.at('out'), references: 'all' as never }))
  })
})

describe('a handler of references that a user brings', () => {
  const kind = 'memory'

  test('comes before the built-in ones', async () => {
    const mine = { ...handlerOf([bytesOf('mine')]), schemes: ['s3', 'https'] }
    const world = await withReferences(
      kind,
      { a: { uri: 's3://b/k' }, b: { uri: 'HTTPS://h/p' } },
      { references: [mine] },
    )

    await fetchTo(world)

    expect(await world.tree('out')).toEqual({ a: 'mine', b: 'mine', 'here.txt': 'here' })
  })

  test.each<[string, ReferenceHandler, ErrorCode, RegExp]>([
    ['gives no bytes', { schemes: ['test'], read: async () => {} }, 'UNAVAILABLE', /gave no bytes/],
    ['gives what are no bytes', handlerOf(['text']), 'UNAVAILABLE', /gave "text" for bytes/],
    ['ends too early', handlerOf([bytesOf('1')], { sizeBytes: 5 }), 'UNAVAILABLE', /expected 5 bytes, found 1/],
    ['gives no size', handlerOf([bytesOf('1')], { sizeBytes: Number.NaN }), 'UNAVAILABLE', /gave NaN for a size/],
    ['gives no etag', handlerOf([bytesOf('1')], { etag: 5 as never }), 'UNAVAILABLE', /gave 5 for an etag/],
    [
      'gives nothing',
      { schemes: ['test'], read: (_uri, sink) => sink(null as never) },
      'UNAVAILABLE',
      /gave undefined for a size/,
    ],
    [
      'throws what has no words',
      { schemes: ['test'], read: () => Promise.reject(Object.create(null)) },
      'UNAVAILABLE',
      /failed: an object/,
    ],
    [
      'breaks',
      { schemes: ['test'], read: () => Promise.reject(new Error('out of luck')) },
      'UNAVAILABLE',
      /out of luck/,
    ],
    [
      'refuses',
      { schemes: ['test'], read: () => Promise.reject(new LadingError('UNAUTHORIZED', { detail: 'who are you?' })) },
      'UNAUTHORIZED',
      /test:\/\/b\/k: who are you\?/,
    ],
  ])('that %s is told by path, and leaves nothing', async (_, handler, code, detail) => {
    const world = await withReferences(kind, { data: { uri: 'test://b/k' } }, { references: [handler] })

    const error = await refusal(code, () => fetchTo(world))

    expect([error.operation, error.key, error.detail]).toEqual(['fetch', 'data', expect.stringMatching(detail)])
    expect(await readdir(world.at('out'))).toEqual(['here.txt'])
  })

  test('that tells the URI in its error tells no secret of it', async () => {
    const uri = 'test://key:secret@b/$&?token=secret'
    for (const failure of [new Error(`no ${uri}`), new LadingError('NOT_FOUND', { detail: `no ${uri}` })]) {
      const telling: ReferenceHandler = { schemes: ['test'], read: () => Promise.reject(failure) }
      const world = await withReferences(kind, { data: { uri } }, { references: [telling] })

      const error = await refusal(isLadingError(failure) ? 'NOT_FOUND' : 'UNAVAILABLE', () => fetchTo(world))

      expect(error.message).toContain('no test://b/$&?…')
      expect(error.message).not.toContain('secret')
    }
  })

  test('that does not wait for the sink loses nothing, and its failure ends no process', async () => {
    const hasty = (given: ReferenceHandler): ReferenceHandler => ({
      schemes: ['test'],
      async read(...call) {
        void given.read(...call)
      },
    })
    const good = await withReferences(
      kind,
      { data: { uri: 'test://b/k' } },
      { references: [hasty(handlerOf([bytesOf('1')]))] },
    )
    const bad = await withReferences(
      kind,
      { data: { uri: 'test://b/k', facts: { sha256: sha256('2') } } },
      {
        references: [
          hasty({
            schemes: ['test'],
            read: (uri, sink, options) =>
              handlerOf([bytesOf('1')]).read(
                uri,
                (content) => {
                  void sink(content)
                  return Promise.resolve()
                },
                options,
              ),
          }),
        ],
      },
    )

    await fetchTo(good)
    await refusal('CORRUPT', () => fetchTo(bad))

    expect(await good.tree('out')).toMatchObject({ data: '1' })
    expect(await bad.tree('out')).not.toHaveProperty('data')
  })

  test('that hides what the folder refused does not hide it', async () => {
    const handler = handlerOf([bytesOf('1')])
    const deaf: ReferenceHandler = { ...handler, read: (...call) => handler.read(...call).catch(() => {}) }
    const sized = { data: { uri: 'test://b/k', facts: { sha256: sha256('2') } } }
    const world = await withReferences(kind, sized, { references: [deaf] })

    await refusal('CORRUPT', () => fetchTo(world))
  })

  test('is stopped when another reference fails, and has ended before the download does', async () => {
    let ended = 0
    const waiting: ReferenceHandler = {
      schemes: ['test'],
      read: async (_uri, _sink, { signal }) => {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        ended += 1
        throw new LadingError('ABORTED', { detail: 'stopped' })
      },
    }
    const references = { a: { uri: 'test://1' }, b: { uri: 'test://2' }, c: { uri: 'file:///absent-lading-file' } }
    const world = await withReferences(kind, references, { references: [waiting] })

    const error = await refusal('NOT_FOUND', () => fetchTo(world))

    expect([error.key, ended]).toEqual(['c', 2])
  })

  test.each([
    [5],
    [[5]],
    [[{ schemes: ['s3'] }]],
    [[{ schemes: ['S3:'], read() {} }]],
    [[{ schemes: [1], read() {} }]],
  ])('and that is none is INVALID: %j', async (references) => {
    await refusal('INVALID', () => createWorld(kind, { references: references as never }))
  })
})

describe('references to http servers', () => {
  const kind = 'memory'
  const load = async (uri: string, options: WorldOptions = {}, facts = {}) => {
    const world = await withReferences(kind, { data: { uri, facts } }, options)
    await fetchTo(world)
    return (await world.tree('out'))['data']
  }

  test.each<[number, ErrorCode]>([
    [204, 'UNAVAILABLE'],
    [206, 'UNAVAILABLE'],
    [304, 'UNAVAILABLE'],
    [400, 'INVALID'],
    [401, 'UNAUTHORIZED'],
    [403, 'UNAUTHORIZED'],
    [404, 'NOT_FOUND'],
    [405, 'INVALID'],
    [410, 'NOT_FOUND'],
    [429, 'UNAVAILABLE'],
    [500, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('status %i is %s', async (status, code) => {
    const server = await startServer({ '/data': (response) => response.writeHead(status).end() })
    const error = await refusal(code, () => load(server.at('/data')))
    expect(error.message).toContain(`HTTP ${status}`)
  })

  test('redirects are followed, relative ones too, and to other hosts', async () => {
    const other = await startServer(whole)
    const server = await startServer({
      '/a': (response) => response.writeHead(301, { location: 'b' }).end('moved'),
      '/b': (response) => response.writeHead(307, { location: other.at('/data') }).end(),
    })
    expect(await load(server.at('/a'))).toBe(BYTES)
  })

  test('redirects without an end are INVALID', async () => {
    const server = await startServer({ '/a': (response) => response.writeHead(302, { location: '/a' }).end() })
    const error = await refusal('INVALID', () => load(server.at('/a')))
    expect(error.message).toContain('more than 10 redirects')
    expect(server.requests.length).toBe(11)
  })

  test.each(['file:///etc/hostname', 'ftp://host/x', 'data:,x', 'http://'])(
    'a redirect to %s is INVALID',
    async (location) => {
      const server = await startServer({ '/a': (response) => response.writeHead(302, { location }).end() })
      const error = await refusal('INVALID', () => load(server.at('/a')))
      expect(error.message).toContain('is not followed')
    },
  )

  test('user and password are sent, not told, and not given to another host', async () => {
    const other = await startServer(whole)
    const server: TestServer = await startServer({
      '/data': (response, { headers }) => response.writeHead(headers.authorization ? 200 : 401).end(BYTES),
      '/away': (response) => response.writeHead(302, { location: other.at('/data') }).end(),
      '/here': (response) => response.writeHead(302, { location: '/data' }).end(),
    })
    const withUser = (path: string) => server.at(path).replace('//', '//ann:s%20cret@')

    expect(await load(withUser('/data'))).toBe(BYTES)
    expect(server.requests[0]!.headers.authorization).toBe(`Basic ${btoa('ann:s cret')}`)
    expect(await load(withUser('/here'))).toBe(BYTES)
    expect(await load(withUser('/away'))).toBe(BYTES)
    expect(other.requests[0]!.headers.authorization).toBeUndefined()
    const error = await refusal('NOT_FOUND', () => load(`${withUser('/absent')}?token=t0ken`))
    expect(`${error.message} ${JSON.stringify(error.cause)}`).not.toMatch(/cret|t0ken/)
    expect(error.message).toContain(`${server.at('/absent')}?…`)
    await refusal('INVALID', () => load(server.at('/data').replace('//', '//ann:%zz@')))
  })

  test('bytes are asked for as they are stored, and encoded ones are UNSUPPORTED', async () => {
    const server = await startServer({
      '/gzip': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(BYTES)),
      '/coded': (response) => response.writeHead(200, { 'transfer-encoding': 'gzip' }).end(gzipSync(BYTES)),
      '/same': (response) => response.writeHead(200, { 'content-encoding': 'identity' }).end(BYTES),
    })

    for (const path of ['/gzip', '/coded']) {
      const error = await refusal('UNSUPPORTED', () => load(server.at(path)))
      expect(error.message).toContain('gzip')
    }

    expect(server.requests[0]!.headers['accept-encoding']).toBe('identity')
    expect(await load(server.at('/same'))).toBe(BYTES)
  })

  test('a body that ends too early is UNAVAILABLE, and not written', async () => {
    const server = await startServer({
      '/data': (response) => {
        response.writeHead(200, { 'content-length': 100 })
        response.write('half', () => response.destroy())
      },
    })
    const world = await withReferences(kind, { data: { uri: server.at('/data') } })

    await refusal('UNAVAILABLE', () => fetchTo(world))

    expect(await readdir(world.at('out'))).toEqual(['here.txt'])
  })

  test('a server that falls silent is UNAVAILABLE, before its answer and within it', async () => {
    const server = await startServer({
      '/mute': () => {},
      '/slow': (response) => response.write('some'),
    })
    for (const path of ['/mute', '/slow']) {
      const references = [createHttpReferences({ idleTimeoutMs: 100 })]
      const error = await refusal('UNAVAILABLE', () => load(server.at(path), { references }))
      expect(error.message).toContain('sent nothing for 100 ms')
    }
  })

  test('a stopped download ends at once, and leaves whole files only', async () => {
    let stop = new AbortController()
    const server = await startServer({
      '/slow': (response) => response.write('some', () => stop.abort()),
      '/mute': () => stop.abort(),
    })
    for (const path of ['/slow', '/mute']) {
      stop = new AbortController()
      const world = await withReferences(kind, { data: { uri: server.at(path) } })
      await refusal('ABORTED', () => fetchTo(world, 'out', stop.signal))
      expect(await readdir(world.at('out'))).toEqual(['here.txt'])
    }
  })

  test('a server that is not there is UNAVAILABLE, and a URI that is none INVALID', async () => {
    const port = await closedPort()
    await refusal('UNAVAILABLE', () => load(`http://127.0.0.1:${port}/x`))
    await refusal('INVALID', () => load('http://'))
    await refusal('INVALID', () => load('https://a:b:c/'))
  })
})

describe('references to files', () => {
  const kind = 'memory'
  const load = async (uri: string, prepare: (world: World) => unknown = () => {}) => {
    const world = await createWorld(kind)
    await prepare(world)
    const artifact = new Artifact('model').addFile(bytesOf('here'), 'here.txt')
    artifact.addReference(uri.replace('<user>', pathToFileURL(world.at('.')).pathname), 'data')
    await world.lading.save(artifact)
    await fetchTo(world)
    return (await world.tree('out'))['data']
  }

  test.each(['file://<user>/a%20b%23.bin', 'file:<user>/a%20b%23.bin', 'FILE://localhost<user>/a%20b%23.bin'])(
    '%s is read, percent-decoded',
    async (uri) => {
      expect(await load(uri, ({ file }) => file('a b#.bin', BYTES))).toBe(BYTES)
    },
  )

  test('a link is followed', async () => {
    const prepare = async ({ at, file }: World) => symlink(await file('real', BYTES), at('link'))
    expect(await load('file://<user>/link', prepare)).toBe(BYTES)
  })

  test.each<[string, ErrorCode]>([
    ['file://<user>/absent', 'NOT_FOUND'],
    ['file://<user>', 'INVALID'],
    ['file://otherhost<user>/f', 'INVALID'],
    ['file:f', 'INVALID'],
    ['file://<user>/f?x', 'INVALID'],
    ['file://<user>/f#x', 'INVALID'],
    ['file://<user>/a%2Fb', 'INVALID'],
    ['file://<user>/%zz', 'INVALID'],
    ['file://<user>/a%00', 'INVALID'],
  ])('%s is %s', async (uri, code) => {
    await refusal(code, () => load(uri, ({ file }) => file('f', BYTES)))
  })

  test('a file that has changed is noticed where it has a SHA-256', async () => {
    const world = await createWorld(kind)
    const path = await world.file('f', BYTES)
    const uri = pathToFileURL(path).href
    await world.lading.save(new Artifact('model').addReference(uri, 'data', FACTS))
    await world.file('f', BYTES.toUpperCase())
    await utimes(path, 1, 1)

    await refusal('CORRUPT', () => fetchTo(world))
    await rm(path)
    await refusal('NOT_FOUND', () => fetchTo(world))
  })
})
