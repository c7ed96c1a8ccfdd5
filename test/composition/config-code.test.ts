import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadAdapters, refusalsOf } from '../../src/composition/load-adapters.ts'
import { packageEntry } from '../../src/composition/package-entry.ts'
import { resolveSettings } from '../../src/composition/settings.ts'
import { temporaryFolder } from '../support/temporary.ts'

const HOME = 'node_modules/lading-adapter-x'

describe('a configuration that loads code', () => {
  let root: string

  beforeEach(() => {
    root = temporaryFolder()
  })

  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  const settle = (folder = root) => resolveSettings({ flags: {}, environment: {}, folder })
  const writePackage = async (name: string, code: string) => {
    await write(`node_modules/${name}/package.json`, '{"type":"module","exports":{"import":"./index.js"}}')
    await write(`node_modules/${name}/index.js`, code)
  }

  it.each([
    ['throw new Error("no luck")', 'it fails: Error: no luck', 'correct the file'],
    ['import "lading-nowhere"', 'it fails: Error: Cannot find package', 'install what it imports'],
    ['export const store = 1', 'it has no default export', 'write `export default'],
    ['export default { store: 1 }', 'store is 1, not a text', 'correct the file'],
    ['export default { adapters: [1] }', 'adapters.0 is 1', 'correct the file'],
    ['export default {', 'it fails: ', 'correct the file'],
  ])('refuses the file %j with INVALID', async (code, detail, next) => {
    await write('package.json', '{"type":"module"}')
    await write('lading.config.mjs', code)

    await expect(settle()).rejects.toMatchObject({
      code: 'INVALID',
      key: join(root, 'lading.config.mjs'),
      detail: expect.stringContaining(detail) as string,
      next: expect.stringContaining(next) as string,
    })
  })

  it('says on a Node without TypeScript what to do', async () => {
    await write('package.json', '{}')
    await write('lading.config.ts', 'export default {}')
    const { typescript } = process.features
    Object.defineProperty(process.features, 'typescript', { value: false, configurable: true })
    try {
      await expect(settle()).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        next: expect.stringContaining('lading.config.mjs') as string,
      })
    } finally {
      Object.defineProperty(process.features, 'typescript', { value: typescript, configurable: true })
    }
  })

  it.each([
    ['lading-adapter-none', null, 'INVALID', 'the package is not installed there', 'npm install lading-adapter-none'],
    ['left-pad', null, 'INVALID', 'it is not called lading-adapter-<scheme>', 'only packages of that name'],
    ['lading-adapter-a', 'export const a = 1', 'INVALID', 'the package exports no adapter', 'ask its authors'],
    ['lading-adapter-b', 'export default {}', 'INVALID', 'an adapter has no `name`', 'write-an-adapter.md'],
    ['lading-adapter-c', 'throw new Error("oh")', 'INVALID', 'cannot be loaded: oh', 'npm ls lading-adapter-c'],
    ['lading-adapter-d', 'import "nowhere"', 'INVALID', 'cannot be loaded: Cannot find', 'npm ls lading-adapter-d'],
    ['lading-adapter-e', 'export default () => { throw "oh" }', 'INVALID', 'cannot be loaded: oh', 'LADING_DEBUG'],
    [
      'lading-adapter-g',
      'export default () => { throw Object.create(null) }',
      'INVALID',
      'loaded: an object',
      'npm ls',
    ],
    [
      'lading-adapter-f',
      `export default { contract: 2, name: 'f', schemes: ['ff'], open() {} }`,
      'UNSUPPORTED',
      'written for version 2 of the adapter contract',
      'upgrade lading',
    ],
  ])('names the adapter %s that is none', async (...[name, code, errorCode, detail, next]) => {
    await write('package.json', '{}')
    await write('lading.config.json', JSON.stringify({ adapters: [name] }))
    if (code !== null) await writePackage(name, code)

    await expect(loadAdapters(await settle())).rejects.toMatchObject({
      code: errorCode,
      key: `${join(root, 'lading.config.json')}: adapters: ${name}`,
      detail: expect.stringContaining(detail) as string,
      next: expect.stringContaining(next) as string,
    })
  })

  it.each([
    ['{}', 'index.js'],
    ['{"main":"lib/main.cjs"}', 'lib/main.cjs'],
    ['{"exports":"./a.js"}', 'a.js'],
    ['{"exports":{"types":"./a.d.ts","default":"./a.js"}}', 'a.js'],
    ['{"exports":{".":{"browser":"./b.js","node":{"require":"./c.cjs","import":"./a.js"}}}}', 'a.js'],
    ['{"main":"lib"}', 'lib/index.js'],
    ['{"main":"./a"}', 'a.js'],
    ['{"exports":{".":[{"require":"./c.cjs"},"./a.js"]}}', 'a.js'],
    ['{"exports":{"./sub":"./a.js"}}', null],
    ['{"exports":{".":{"require":"./c.cjs"}}}', null],
    ['{"exports":{"import":null,"default":"./a.js"}}', null],
    ['{"exports":{"import":{"browser":"./b.js"},"default":"./a.js"}}', 'a.js'],
    ['{"exports":"./../../a.js"}', null],
  ])('finds in %s the module %s, as an import does', async (packageJson, entry) => {
    for (const name of ['index.js', 'a.js', 'lib/index.js', 'lib/main.cjs']) await write(`${HOME}/${name}`, '')
    await write(`${HOME}/package.json`, packageJson)

    expect(await packageEntry('lading-adapter-x', root)).toBe(entry === null ? null : join(root, HOME, entry))
  })

  describe('finds a package', () => {
    const project = () => join(root, 'packages/one')
    const install = (folder: string) => write(`${folder}/${HOME}/package.json`, '{"exports":"./index.js"}')

    it.each([
      ['package.json', '{"workspaces":["packages/*"]}'],
      ['package.json', '{"workspaces":{"packages":["packages/*"]}}'],
      ['pnpm-workspace.yaml', 'packages: ["packages/*"]'],
    ])('that members of a workspace share, whose root has a %s: %s', async (name, text) => {
      await write(name, text)
      await write('packages/package.json', 'no JSON')
      await install('.')

      expect(await packageEntry('lading-adapter-x', project())).toBe(join(root, HOME, 'index.js'))
      await install('packages/one')
      expect(await packageEntry('lading-adapter-x', project())).toBe(join(project(), HOME, 'index.js'))
    })

    it.each([
      ['in no workspace', { 'package.json': '{}' }],
      ['in a nearer workspace', { 'package.json': '{"workspaces":[]}', 'packages/package.json': '{"workspaces":[]}' }],
    ])('not above a project that is %s', async (_, files) => {
      for (const [name, text] of Object.entries(files)) await write(name, text)
      await install('.')

      expect(await packageEntry('lading-adapter-x', project())).toBeNull()
    })

    it.skipIf(process.getuid === undefined)('not in a workspace that everybody can write', async () => {
      await write('package.json', '{"workspaces":["packages/*"]}')
      await write('packages/one/package.json', '{}')
      await write('packages/one/lading.config.json', '{"adapters":["lading-adapter-x"]}')
      await install('.')
      await chmod(root, 0o777)

      const settings = await settle(project())

      const refusal = { code: 'INVALID', detail: expect.stringContaining('everybody can write its folder') as string }
      await expect(loadAdapters(settings)).rejects.toMatchObject(refusal)
      expect(await refusalsOf(settings)).toMatchObject([refusal])
    })
  })

  it('tells which adapters would be refused, and runs none for that', async () => {
    await write('package.json', '{"type":"module"}')
    const names = ['lading-adapter-fine', 'lading-adapter-none', 'left-pad']
    await write(
      'lading.config.mjs',
      `export default { adapters: [...${JSON.stringify(names)}, { contract: 1, name: 'x', schemes: ['xx'] }] }`,
    )
    await writePackage('lading-adapter-fine', 'throw new Error("must not run")')

    expect(await refusalsOf(await settle())).toMatchObject([
      null,
      { detail: 'the package is not installed there' },
      { detail: 'it is not called lading-adapter-<scheme>' },
      { detail: 'the adapter x has no function `open`' },
    ])
  })

  it('takes adapters themselves from code, and checks them', async () => {
    await write('package.json', '{"type":"module"}')
    await write('lading.config.mjs', `export default { adapters: [{ contract: 1, name: 'x', schemes: ['xx'] }] }`)

    await expect(loadAdapters(await settle())).rejects.toMatchObject({
      code: 'INVALID',
      detail: 'the adapter x has no function `open`',
    })
  })

  it.each([
    ['without a package.json beside it', null],
    ['below which the project has its own package.json', 'below/package.json'],
  ])('loads no package for a file of a folder above %s, and takes the rest of it', async (_, packageJson) => {
    await write('below/file', '')
    if (packageJson !== null) {
      await write('package.json', '{}')
      await write(packageJson, '{}')
    }
    await write('lading.config.json', '{"store":"x","adapters":["lading-adapter-evil"]}')
    await writePackage('lading-adapter-evil', 'throw new Error("must not run")')

    const settings = await settle(join(root, 'below'))

    expect(settings.store.value).toBe(join(root, 'x'))
    await expect(loadAdapters(settings)).rejects.toMatchObject({
      code: 'INVALID',
      key: `${join(root, 'lading.config.json')}: adapters`,
      detail: 'packages are loaded only for a configuration beside the nearest package.json upwards',
      next: expect.stringContaining('move `adapters` into a lading.config.json') as string,
    })
  })

  it('loads the packages of the project for a folder below it', async () => {
    await write('below/file', '')
    await write('package.json', '{}')
    await write('lading.config.json', '{"adapters":["lading-adapter-fine"]}')
    await writePackage('lading-adapter-fine', `export default { contract: 1, name: 'f', schemes: ['ff'], open() {} }`)

    expect(await loadAdapters(await settle(join(root, 'below')))).toMatchObject([{ name: 'f' }])
  })

  describe.skipIf(process.getuid === undefined)('of somebody else', () => {
    const FOREIGN = 4242

    afterEach(() => void vi.restoreAllMocks())

    /** Only root can give files away; for anybody else it is this user who becomes another one. */
    const giveAway = async (path: string) => {
      const uid = process.getuid!()
      if (uid === 0) await chown(path, FOREIGN, FOREIGN)
      else vi.spyOn(process, 'getuid').mockReturnValue(uid + 1)
    }

    beforeEach(() => write('package.json', '{}'))

    const refusesBoth = async (detail: string, next: string) => {
      const refusal = {
        code: 'INVALID',
        detail: expect.stringContaining(detail) as string,
        next: expect.stringContaining(next) as string,
      }
      await expect(settle(join(root, 'code'))).rejects.toMatchObject(refusal)
      const settings = await settle(join(root, 'data'))
      expect(settings.project.value).toBe('mine')
      await expect(loadAdapters(settings)).rejects.toMatchObject(refusal)
    }
    const CODE = 'code/lading.config.mjs'
    const DATA = 'data/lading.config.json'
    beforeEach(async () => {
      await write('code/package.json', '{}')
      await write('data/package.json', '{}')
      await write(CODE, 'throw new Error("must not run")')
      await write(DATA, '{"project":"mine","adapters":["lading-adapter-evil"]}')
      await writePackage('lading-adapter-evil', 'throw new Error("must not run")')
    })

    it('makes nothing run: another owner of the file', async () => {
      for (const name of [CODE, DATA]) await giveAway(join(root, name))

      await refusesBoth('the file belongs to the user', '`chown ')
    })

    it('makes nothing run: another owner of the folder', async () => {
      for (const name of [CODE, DATA]) await giveAway(dirname(join(root, name)))

      await refusesBoth('belongs to the user', '`chown ')
    })

    it.each([
      ['the file', [CODE, DATA], 0o666],
      ['the folder', ['code', 'data'], 0o777],
      ['the folder, sticky as /tmp is', ['code', 'data'], 0o1777],
    ] as const)('makes nothing run: everybody can write %s', async (_, names, mode) => {
      for (const name of names) await chmod(join(root, name), mode)

      await refusesBoth('everybody can write', '`chmod o-w ')
    })
  })
})
