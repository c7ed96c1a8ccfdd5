import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { systemClock, systemIds } from '../../src/adapters/system/index.ts'
import { createInProcessTransport } from '../../src/application/service/in-process.ts'
import { storePathsOf } from '../../src/composition/open-store.ts'
import { createPorts, openStore } from '../../src/index.ts'
import type { StoreAdapter } from '../../src/index.ts'
import { LadingError, parseStoreUrl } from '../../src/ports/index.ts'
import { failureOf } from '../support/failure-of.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { closing, logNote, loggingPorts, shelf } from './support.ts'

describe('an adapter that is handed over', () => {
  it.each<[string, Partial<StoreAdapter>]>([
    ['a driver', { open: () => ({ driver: createMemoryObjectStore() }) }],
    ['two stores', { open: (_, environment) => createPorts(createMemoryObjectStore(), environment) }],
    [
      'a transport',
      {
        open: (_, environment) => ({
          transport: createInProcessTransport({ ...createPorts(createMemoryObjectStore()), ...environment }),
        }),
      },
    ],
  ])('opens %s', async (_, parts) => {
    await using lading = await openStore('shelf://a', { adapters: [shelf(parts)] })

    expect(await logNote(lading, 'one')).toBe('v0')
  })

  it('gets the URL as it was written, with clock and ids', async () => {
    const seen: unknown[] = []
    const open: StoreAdapter['open'] = (...given) => {
      seen.push(given)
      return { driver: createMemoryObjectStore() }
    }

    await using _ = await openStore('SHELF://Host/a%20b?x=1#y', { adapters: [shelf({ open })] })

    expect(seen).toEqual([['SHELF://Host/a%20b?x=1#y', { clock: systemClock, ids: systemIds }]])
  })

  it('comes before a built-in one, but not for a path', async () => {
    const folder = temporaryFolder()
    const adapters = [shelf({ schemes: ['shelf', 'file'] })]
    await using handed = await openStore(pathToFileURL(folder).href, { adapters })
    await logNote(handed, 'one')
    await using built = await openStore(folder, { adapters })

    expect(await Array.fromAsync(built.artifacts({ project: 'demo' }))).toEqual([])
  })

  it('has its own files left out of a folder that is logged', async () => {
    const folder = temporaryFolder()
    await mkdir(join(folder, 'store'))
    await writeFile(join(folder, 'store', 'x'), 'x')
    await writeFile(join(folder, 'mine.txt'), 'mine')
    const adapters = [shelf({ pathsOf: () => [join(folder, 'store')] })]
    await using lading = await openStore('shelf:', { project: 'demo', adapters })

    await lading.save(folder, { name: 'all' })

    const { entries } = await (await lading.getArtifact('all:latest')).manifest()
    expect(entries.map(({ path }) => path)).toEqual(['mine.txt'])
    expect(await storePathsOf('shelf:', adapters)).toEqual([join(folder, 'store')])
  })
})

describe('adapters that make no sense', () => {
  it.each<[string, unknown, string, string]>([
    ['no array', { shelf }, 'the adapters are an object', 'give an array of them'],
    ['a function', [shelf], 'an adapter is a function', 'call `shelf` and give what it answers'],
    ['null', [null], 'an adapter is null', 'StoreAdapter'],
    ['a hole', Array.from({ length: 1 }), 'an adapter is undefined', 'StoreAdapter'],
    ['no name', [{ ...shelf(), name: '' }], 'an adapter has no `name`', 'StoreAdapter'],
    [
      'no contract',
      [shelf({ contract: undefined as never })],
      '`contract` of the adapter shelf is undefined',
      'speaks 1',
    ],
    ['no schemes', [shelf({ schemes: [] })], 'the adapter shelf has no `schemes`', 'at least one'],
    [
      'a scheme with colon',
      [shelf({ schemes: ['shelf:'] })],
      'a scheme of the adapter shelf is "shelf:"',
      'lower case',
    ],
    ['a drive', [shelf({ schemes: ['s'] })], 'a scheme of the adapter shelf is "s"', 'two characters'],
    ['no open', [shelf({ open: 1 as never })], 'the adapter shelf has no function `open`', 'StoreAdapter'],
    ['a wrong hook', [shelf({ diagnose: true as never })], '`diagnose` of the adapter shelf is true', 'leave it out'],
    [
      'two for one scheme',
      [shelf(), { ...shelf(), name: 'rack' }],
      'shelf and rack are both for shelf:',
      'one of them',
    ],
  ])('are refused: %s', async (_, adapters, detail, next) => {
    const error = await failureOf(openStore('memory:', { adapters: adapters as never }))

    expect(error).toMatchObject({ code: 'INVALID', operation: 'openStore', detail })
    expect(error.next).toContain(next)
  })

  it.each([
    [2, 'upgrade lading'],
    [0, 'upgrade the package of the adapter shelf'],
  ])('are refused for their contract, version %i', async (contract, next) => {
    const error = await failureOf(openStore('shelf:', { adapters: [shelf({ contract: contract as never })] }))

    expect(error).toMatchObject({ code: 'UNSUPPORTED', adapter: 'shelf', next })
    expect(error.detail).toBe(
      `it was written for version ${contract} of the adapter contract, and this lading speaks 1`,
    )
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'what it opens is undefined'],
    ['a promise', Promise.resolve({}), 'what it opens is a promise'],
    ['no store', {}, 'there are no ports'],
    ['half a store', { metadata: {} }, '`blobs` is missing'],
    ['two at once', { driver: createMemoryObjectStore(), transport: {} }, 'it opens a driver, and `transport` too'],
    ['half a driver', { driver: { get: () => null } }, '`driver` lacks capabilities, read, stat'],
  ])('are refused for what they open: %s', async (_, access, detail) => {
    const error = await failureOf(openStore('shelf:', { adapters: [shelf({ open: () => access as never })] }))

    expect(error).toMatchObject({ code: 'INVALID', operation: 'openStore', adapter: 'shelf', key: 'shelf:' })
    expect(error.detail).toContain(detail)
  })

  it('are named in what they throw, and passwords are not', async () => {
    const url = 'shelf://ann:secret@host/a?colour=red'
    const open = (text: string): never => parseStoreUrl(text, ['color']) as never
    const foreign = new TypeError('no such shelf')

    const ours = await failureOf(openStore(url, { adapters: [shelf({ open })] }))
    const theirs = await failureOf(
      openStore(url, {
        adapters: [
          shelf({
            open: () => {
              throw foreign
            },
          }),
        ],
      }),
    )

    expect(ours.message).toBe(
      'openStore shelf://ann:***@host/a?colour=red (shelf): INVALID: unknown parameter colour; ' +
        'did you mean color? it takes color',
    )
    expect(theirs).toMatchObject({ code: 'INVALID', adapter: 'shelf', detail: 'no such shelf', cause: foreign })
    expect(theirs.message).not.toContain('secret')
  })

  it('are named when they throw what is no error, and no text', async () => {
    const open = () => {
      throw Object.create(null)
    }

    expect(await failureOf(openStore('shelf:', { adapters: [shelf({ open })] }))).toMatchObject({
      code: 'INVALID',
      adapter: 'shelf',
      detail: 'an object',
    })
  })

  it.each<[unknown, string]>([
    ['/a', 'its paths are "/a"'],
    [['/a', 7], 'one of its paths is 7'],
    [['/a\0b'], 'one of its paths is "/a\\u0000b"'],
    [Array.from({ length: 1 }), 'one of its paths is undefined'],
  ])('are refused for the paths %j', async (paths, detail) => {
    const error = await failureOf(openStore('shelf:', { adapters: [shelf({ pathsOf: () => paths as never })] }))

    expect(error).toMatchObject({ code: 'INVALID', adapter: 'shelf', detail })
  })
})

describe('a scheme without an adapter', () => {
  it.each([
    ['sqlit:models.db', 'did you mean sqlite:? there are file:, memory:, sqlite:;'],
    ['shelv://a', 'did you mean shelf:? there are shelf:, file:, memory:, sqlite:;'],
    ['webdav://a', 'there are shelf:, file:, memory:, sqlite:; list others under `adapters`'],
  ])('is refused, and the nearest is named: %s', async (url, next) => {
    const adapters = url.startsWith('sqlit') ? [] : [shelf()]
    const error = await failureOf(openStore(url, { adapters }))

    expect(error).toMatchObject({ code: 'INVALID', key: url, detail: `no adapter for ${url.split(':')[0]}:` })
    expect(error.next?.startsWith(next)).toBe(true)
  })
})

describe('a store URL', () => {
  it('may be a URL object', async () => {
    const folder = join(temporaryFolder(), 'a b')
    await using lading = await openStore(pathToFileURL(folder))
    await logNote(lading, 'one')
    await using again = await openStore(folder)

    expect(await Array.fromAsync(again.artifacts({ project: 'demo' }))).toHaveLength(1)
  })

  it('of SQLite is text, where a URL object would have changed the path', async () => {
    expect(await failureOf(openStore(new URL('sqlite:/a b.db')))).toMatchObject({
      code: 'INVALID',
      detail: 'a URL object encodes the path of the file: give `sqlite:` and the path as text',
    })
  })

  it.each([
    [undefined, 'the store URL is no text'],
    [{}, 'the store URL is no text'],
    [' ', 'the store URL is empty'],
  ])('is refused when it is %o', async (url, detail) => {
    expect(await failureOf(openStore(url as never))).toMatchObject({ code: 'INVALID', detail })
  })

  it('may spell a built-in scheme in capitals', async () => {
    await using lading = await openStore('MEMORY:')

    expect(await logNote(lading, 'one')).toBe('v0')
  })
})

describe('opening that fails half way', () => {
  it('closes what was opened, blobs before metadata', async () => {
    const log: string[] = []
    const { metadata, blobs } = loggingPorts(log)
    const open = async (): Promise<never> => {
      throw new LadingError('UNAUTHORIZED', { detail: 'no' })
    }
    const adapters = [shelf({ open: () => ({ metadata: { ...metadata, open }, blobs }) })]

    expect(await failureOf(openStore('shelf:', { adapters }))).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(log).toEqual(['blobs', 'metadata', 'driver'])
  })

  it('closes a driver whose store has a project that is no name, or a newer format', async () => {
    const log: string[] = []
    const driver = closing('driver', createMemoryObjectStore(), log)
    const bytes = new TextEncoder().encode('{"format":99}')
    await driver.put('lading.json', bytes, {})

    const adapters = [shelf({ open: () => ({ driver }) })]
    await failureOf(openStore('shelf:', { adapters }))

    expect(log).toEqual(['driver'])
  })

  it.each<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new Error('cannot be closed'))],
    [
      'throws',
      () => {
        throw new Error('cannot be closed')
      },
    ],
  ])('says why it could not be opened, also where closing it %s', async (_, broken) => {
    const { metadata, blobs } = loggingPorts([])
    const parts = { metadata: { ...metadata, open: broken, close: broken }, blobs: { ...blobs, close: broken } }

    const error = await failureOf(openStore('shelf:', { adapters: [shelf({ open: () => parts })] }))

    expect(error).toMatchObject({ code: 'UNAVAILABLE', operation: 'open' })
  })

  it('closes a transport when the options make no sense', async () => {
    const log: string[] = []
    const { metadata, blobs } = loggingPorts(log)
    const transport = createInProcessTransport({ metadata, blobs, clock: systemClock, ids: systemIds })
    const adapters = [shelf({ open: () => ({ transport }) })]

    expect(await failureOf(openStore('shelf:', { project: '/', adapters }))).toMatchObject({ code: 'INVALID' })
    expect(log).toEqual(['blobs', 'metadata', 'driver'])
  })
})
