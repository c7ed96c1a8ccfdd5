import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatOrigin, resolveSettings } from '../../src/composition/settings.ts'
import type { SettingSources } from '../../src/composition/settings.ts'

describe('settings', () => {
  let root: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lading-settings-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const path = (...parts: string[]) => join(root, ...parts)
  const write = async (name: string, text: string) => {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), text)
  }
  const settle = (sources: Partial<SettingSources> = {}) =>
    resolveSettings({ flags: {}, environment: {}, folder: root, ...sources })
  const config = (value: unknown) => write('lading.config.json', JSON.stringify(value))

  it('are the defaults where nobody says anything', async () => {
    expect(await settle()).toEqual({
      store: { value: './.lading', origin: { kind: 'default' } },
      project: { value: 'default', origin: { kind: 'default' } },
      adapters: { value: [], origin: { kind: 'default' } },
      configFile: null,
      isConfigOfProject: false,
      ignored: [],
    })
  })

  it('come from a flag before a variable, from a variable before a file', async () => {
    await config({ store: './from-file', project: 'from-file' })
    const environment = { LADING_STORE: './from-variable', LADING_PROJECT: 'from-variable' }

    const all = await settle({ flags: { store: './from-flag' }, environment })
    const file = await settle({ environment: { LADING_STORE: '' } })

    expect([all.store.value, formatOrigin(all.store.origin)]).toEqual(['./from-flag', '--store'])
    expect([all.project.value, formatOrigin(all.project.origin)]).toEqual(['from-variable', 'LADING_PROJECT'])
    expect(formatOrigin(file.store.origin)).toBe(`${path('lading.config.json')}: store`)
  })

  it('take the file of the nearest folder upwards, whole', async () => {
    await config({ store: './far', project: 'far' })
    await write('a/lading.config.json', '{"project":"near"}')
    await mkdir(path('a/b/c'), { recursive: true })

    const { store, project, configFile } = await settle({ folder: path('a/b/c') })

    expect(configFile).toBe(path('a/lading.config.json'))
    expect([store.value, project.value]).toEqual(['./.lading', 'near'])
  })

  it.each([
    ['models', 'models'],
    ['../models', '../models'],
    ['sqlite:m.db', 'sqlite:m.db'],
  ])('take the path %s in a file from the folder of the file', async (store, relative) => {
    await config({ store })
    await mkdir(path('below'))

    const { value } = (await settle({ folder: path('below') })).store

    const [, scheme = '', rest = ''] = /^(sqlite:)?(.*)$/.exec(relative)!
    expect(value).toBe(`${scheme}${path(rest)}`)
  })

  it.each(['memory:', 's3://bucket/prefix', 'file:///data', '/data', 'sqlite:/data/m.db'])(
    'take %s as it is written',
    async (store) => {
      await config({ store })

      expect((await settle()).store.value).toBe(store)
    },
  )

  it.each([
    ['{"stor": "x"}', 'unknown key stor', 'did you mean store?'],
    ['{"store": 7}', 'store is 7, not a text', undefined],
    ['{"adapters": "lading-adapter-x"}', 'adapters is', undefined],
    ['{"adapters": [1]}', 'adapters.0 is 1, not a text', undefined],
    ['[]', 'it holds no object', undefined],
    ['null', 'it holds no object', undefined],
    ['{"store": "a", "store": "b"}', 'store is given twice', undefined],
    ['{"store": "a",}', 'no valid JSON at line 1, column 15', undefined],
    ['{\n  "store": "a"\n  "project": "b"\n}', 'no valid JSON at line 3, column 3', undefined],
    ['{"store": "a"', 'no valid JSON at line 1, column 14', undefined],
    ["{'store': 'a'}", 'no valid JSON at line 1, column 2', undefined],
    ['', 'no valid JSON at line 1, column 1', undefined],
    ['{"store": ""}', 'the store URL is empty', undefined],
    ['{"store": "~/models"}', '~/models begins with ~', undefined],
    ['{"project": "a b"}', 'project name "a b" must match', undefined],
  ])('refuse the file %s with INVALID', async (text, detail, next) => {
    await write('lading.config.json', text)

    const error = await settle().catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'INVALID' })
    expect(error).toHaveProperty('key', expect.stringContaining(path('lading.config.json')))
    expect(error).toHaveProperty('detail', expect.stringContaining(detail))
    if (next !== undefined) expect(error).toHaveProperty('next', expect.stringContaining(next))
  })

  it('accept a byte order mark', async () => {
    await write('lading.config.json', '\uFEFF{"project":"bom"}')

    expect((await settle()).project.value).toBe('bom')
  })

  it('refuse a folder in the place of the file', async () => {
    await mkdir(path('lading.config.json'))

    await expect(settle()).rejects.toMatchObject({ code: 'INVALID', key: path('lading.config.json') })
  })

  it.skipIf(process.platform === 'win32')(
    'refuse a FIFO in the place of the file, and wait for no writer',
    async () => {
      execFileSync('mkfifo', [path('lading.config.json')])

      await expect(settle()).rejects.toMatchObject({ code: 'INVALID', key: path('lading.config.json') })
    },
  )

  it('refuse two files in one folder', async () => {
    await config({})
    await write('package.json', '{}')
    await write('lading.config.ts', 'export default {}')

    await expect(settle()).rejects.toMatchObject({
      code: 'INVALID',
      detail: expect.stringContaining('lading.config.ts') as string,
    })
  })

  it('run no code that lies beside no package.json, or beside one that is not the nearest, and say so', async () => {
    await write('package.json', '{}')
    await write('lading.config.mjs', 'throw new Error("must not run")')
    await write('inner/package.json', '{}')
    await write('inner/deep/lading.config.js', 'throw new Error("must not run")')

    const { configFile, ignored } = await settle({ folder: path('inner/deep') })

    expect(configFile).toBe(null)
    expect(ignored).toEqual([path('inner/deep/lading.config.js'), path('lading.config.mjs')])
  })

  it('run no code for who asks without it', async () => {
    await write('package.json', '{}')
    await write('lading.config.mjs', 'throw new Error("must not run")')

    expect(await settle({ runCode: false })).toMatchObject({ store: { value: './.lading' } })
  })

  it.each([
    [{ flags: { store: '~/x' } }, '--store', '~/x begins with ~'],
    [{ flags: { store: ' ' } }, '--store', 'the store URL is empty'],
    [{ flags: { project: '..' } }, '--project', 'project name ".." must match'],
    [{ environment: { LADING_PROJECT: 'a/b' } }, 'LADING_PROJECT', 'project name "a/b" must match'],
  ])('refuse %j and name the origin', async (sources, key, detail) => {
    await expect(settle(sources)).rejects.toMatchObject({
      code: 'INVALID',
      key,
      detail: expect.stringContaining(detail) as string,
    })
  })
})
