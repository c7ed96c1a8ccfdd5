import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** An adapter as a package makes one: a new store in memory each time it is opened. */
const ADAPTER = `
  import { createMemoryObjectStore } from '${new URL('../../src/adapters/memory/index.ts', import.meta.url).href}'
  export default () => ({
    contract: 1, name: 'shelf', schemes: ['shelf'], open: () => ({ driver: createMemoryObjectStore() }),
  })`

describe('configuration', () => {
  let workspace: Workspace

  beforeEach(async () => {
    workspace = await createWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const json = (value: unknown) => workspace.write('lading.config.json', JSON.stringify(value))
  const adapterPackage = async (name: string, code: string) => {
    await workspace.write(`node_modules/${name}/package.json`, `{"type":"module","exports":{"import":"./index.js"}}`)
    await workspace.write(`node_modules/${name}/index.js`, code)
  }

  it('is shown with the origin of each setting, and without secrets', async () => {
    await json({ project: 'ships', adapters: ['lading-adapter-shelf'] })
    const store = 's3://id:geheim@bucket/prefix?region=eu&secretAccessKey=geheim&X-Amz-Signature=geheim'

    const shown = await workspace.json(['config', '--store', store])
    const { stdout } = await workspace.lading(['config'], { env: { LADING_STORE: store } })

    const path = workspace.path('lading.config.json')
    expect(shown).toEqual({
      configFile: path,
      settings: {
        store: {
          value: 's3://***@bucket/prefix?region=eu&secretAccessKey=***&X-Amz-Signature=***',
          from: { kind: 'flag', name: '--store' },
        },
        project: { value: 'ships', from: { kind: 'file', path, key: 'project' } },
        adapters: {
          value: ['lading-adapter-shelf'],
          from: { kind: 'file', path, key: 'adapters' },
          refused: [
            {
              name: 'lading-adapter-shelf',
              detail: 'packages are loaded only for a configuration beside the nearest package.json upwards',
              next: expect.stringContaining('move `adapters`') as string,
            },
          ],
        },
        cache: { value: null, from: { kind: 'variable', name: 'LADING_CACHE' } },
      },
    })
    expect(stdout).toMatch(/^store +s3:.* LADING_STORE$/m)
    expect(stdout).not.toContain('geheim')
  })

  it('is shown with the adapters that would be refused, and why', async () => {
    await workspace.write('package.json', '{}')
    await adapterPackage('lading-adapter-shelf', 'throw new Error("must not run")')
    await json({ adapters: ['lading-adapter-shelf', 'lading-adapter-shlef'] })

    const { code, stdout, stderr } = await workspace.play(['config'])

    expect(code).toBe(0)
    expect(stdout).toMatch(/^adapters +lading-adapter-shelf, lading-adapter-shlef \(refused\) /m)
    expect(stderr).toBe(
      'lading: lading-adapter-shlef is refused: the package is not installed there; ' +
        'run `npm install lading-adapter-shlef` in the folder of the configuration\n',
    )
  })

  it('may be TypeScript beside the package.json of the project', async () => {
    await workspace.write('package.json', '{"type":"module"}')
    await workspace.write('lading.config.ts', `const project: string = 'typed'; export default { project } as const`)

    expect(await workspace.json(['config'])).toMatchObject({ settings: { project: { value: 'typed' } } })
  })

  it('is told to wait for something that never comes, in its own code or in that of an adapter', async () => {
    await workspace.write('package.json', '{"type":"module"}')
    await workspace.write('lading.config.js', 'await new Promise(() => {}); export default {}')
    const own = await workspace.lading(['ls'])
    await workspace.write('lading.config.js', 'export default { adapters: ["lading-adapter-shelf"], store: "shelf:a" }')
    await adapterPackage('lading-adapter-shelf', 'export default () => new Promise(() => {})')
    const adapter = await workspace.lading(['ls'])

    for (const { code, stderr } of [own, adapter]) {
      expect(stderr).toMatch(/^lading: the command waits for something that never comes \(UNKNOWN_OUTCOME\)\n/)
      expect(code).toBe(7)
    }
  })

  it('makes the packages of adapters load that it lists, from its own folder', async () => {
    await workspace.write('package.json', '{}')
    await adapterPackage('lading-adapter-shelf', ADAPTER)
    await json({ store: 'shelf:books', adapters: ['lading-adapter-shelf'] })
    await workspace.write('below/file', 'content')

    const logged = await workspace.json(['log', 'below'])

    expect(logged).toMatchObject({ version: 'v0', created: true })
  })

  it('loads no package for a store that is a folder, and none that is not listed', async () => {
    await adapterPackage('lading-adapter-shelf', 'throw new Error("must not run")')
    await json({ adapters: ['lading-adapter-shelf'] })
    expect(await workspace.json(['ls'])).toEqual([])
    const elsewhere = await workspace.lading(['ls', '--store', 'shelf:books'])

    await json({})
    const { code, stderr } = await workspace.lading(['ls', '--store', 'shelf:books'])

    expect([elsewhere.code, elsewhere.stderr]).toEqual([2, expect.stringContaining('beside the nearest package.json')])
    expect([code, stderr]).toEqual([2, expect.stringContaining('no adapter for shelf:')])
  })

  it('is named when the store that it gives makes no sense', async () => {
    await json({ store: 'gopher://x' })

    const { code, stderr } = await workspace.lading(['ls'])

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`${workspace.path('lading.config.json')}: store: gopher://x: no adapter for gopher:`),
    ])
  })

  it('takes one store, and tells a database from a folder', async () => {
    new DatabaseSync(workspace.path('m.db')).exec('CREATE TABLE t (c)')

    const twice = await workspace.lading(['ls', '--store', 'a', '--store', 'b'])
    const database = await workspace.lading(['ls', '--store', 'm.db'])
    const misspelt = await workspace.lading(['ls', '--store', 'sqlite3:m.db'])

    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('It was given already, as a')])
    expect([database.code, database.stderr]).toEqual([2, expect.stringContaining('did you mean sqlite:m.db?')])
    expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('did you mean sqlite:?')])
  })
})
