import { chmod, chown, mkdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { codeCacheFolder } from '../../src/composition/cache-folder.ts'
import { openStore } from '../../src/index.ts'
import { failureOf } from '../support/failure-of.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('the cache of compiled code', () => {
  let root: string

  beforeEach(() => {
    root = temporaryFolder()
    vi.stubEnv('LADING_CACHE', root)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  it.skipIf(process.getuid === undefined)('is made so that only this user can enter it', async () => {
    const folder = await codeCacheFolder()

    expect(folder).toBe(join(root, 'code'))
    expect((await stat(folder!)).mode & 0o777).toBe(0o700)
  })

  it.skipIf(process.getuid === undefined).each([0o770, 0o702, 0o1777])(
    'is not used where others can write it: %o',
    async (mode) => {
      await mkdir(join(root, 'code'))
      await chmod(join(root, 'code'), mode)

      expect(await codeCacheFolder()).toBe(null)
    },
  )

  it.skipIf(process.getuid === undefined)('is not used where it belongs to somebody else', async () => {
    await mkdir(join(root, 'code'))
    const uid = process.getuid!()
    if (uid === 0) await chown(join(root, 'code'), 4242, 4242)
    else vi.spyOn(process, 'getuid').mockReturnValue(uid + 1)

    expect(await codeCacheFolder()).toBe(null)
  })

  it('is not used through a link, nor where it cannot be made, nor where nothing is cached', async () => {
    await mkdir(join(root, 'elsewhere'))
    await symlink(join(root, 'elsewhere'), join(root, 'code'), 'junction')
    expect(await codeCacheFolder()).toBe(null)

    vi.stubEnv('LADING_CACHE', import.meta.filename)
    expect(await codeCacheFolder()).toBe(null)

    vi.stubEnv('LADING_CACHE', 'off')
    expect(await codeCacheFolder()).toBe(null)
  })
})

it('a cache whose name holds a NUL character is INVALID', async () => {
  expect(await failureOf(openStore('memory:', { cache: 'a\0b' }))).toMatchObject({
    code: 'INVALID',
    detail: 'the cache is "a\\u0000b"',
  })
})
