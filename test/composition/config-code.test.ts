import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadAdapters } from '../../src/composition/load-adapters.ts'
import { packageEntry } from '../../src/composition/package-entry.ts'
import { resolveSettings } from '../../src/composition/settings.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('a configuration that loads code', () => {
  let root: string

  beforeEach(() => {
    root = temporaryFolder()
  })

  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  const settle = () => resolveSettings({ flags: {}, environment: {}, folder: root })

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
      'lading-adapter-f',
      `export default { contract: 2, name: 'f', schemes: ['ff'], open() {} }`,
      'UNSUPPORTED',
      'written for version 2 of the adapter contract',
      'upgrade lading',
    ],
  ])('names the adapter %s that is none', async (...[name, code, errorCode, detail, next]) => {
    await write('lading.config.json', JSON.stringify({ adapters: [name] }))
    if (code !== null) {
      await write(`node_modules/${name}/package.json`, '{"type":"module","exports":{"import":"./index.js"}}')
      await write(`node_modules/${name}/index.js`, code)
    }

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
    ['{"exports":{".":[{"require":"./c.cjs"},"./a.js"]}}', 'a.js'],
    ['{"exports":{"./sub":"./a.js"}}', null],
    ['{"exports":{".":{"require":"./c.cjs"}}}', null],
  ])('finds in %s the module %s, as an import does', async (packageJson, entry) => {
    await write('node_modules/lading-adapter-x/package.json', packageJson)

    const found = await packageEntry('lading-adapter-x', join(root, 'deep/below'))

    expect(found).toBe(entry === null ? null : join(root, 'node_modules/lading-adapter-x', entry))
  })

  it('takes adapters themselves from code, and checks them', async () => {
    await write('package.json', '{"type":"module"}')
    await write('lading.config.mjs', `export default { adapters: [{ contract: 1, name: 'x', schemes: ['xx'] }] }`)

    await expect(loadAdapters(await settle())).rejects.toMatchObject({
      code: 'INVALID',
      detail: 'the adapter x has no function `open`',
    })
  })
})
