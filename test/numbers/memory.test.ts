import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MEBIBYTE, measure, plantFile, plantFiles } from '../support/measured-work-kit.ts'
import { temporaryFolder } from '../support/temporary.ts'

// Bounds of issue 3; test/full measures the large ones of the same kinds.
describe('peak memory', () => {
  test('of logging and downloading a file of 256 MiB is below 200 MiB', async () => {
    const folder = temporaryFolder()
    const [store, root] = [join(folder, 'store'), join(folder, 'target')]
    const path = plantFile(join(folder, 'large'), 256)

    const logged = await measure({ kind: 'log', store, path })
    const downloaded = await measure({ kind: 'download', store, root })

    expect(logged.bytes).toBe(256 * MEBIBYTE)
    expect(logged.peakBytes).toBeLessThan(200 * MEBIBYTE)
    expect(downloaded.bytes).toBe(256 * MEBIBYTE)
    expect(downloaded.peakBytes).toBeLessThan(200 * MEBIBYTE)
  }, 120_000)

  test('of logging and downloading 2,000 files is below 300 MiB', async () => {
    const folder = temporaryFolder()
    const [store, root] = [join(folder, 'store'), join(folder, 'target')]
    const path = plantFiles(join(folder, 'many'), { count: 2_000, sizeBytes: 10 * 1024 })

    const logged = await measure({ kind: 'log', store, path })
    const downloaded = await measure({ kind: 'download', store, root })

    expect(logged.files).toBe(2_000)
    expect(logged.peakBytes).toBeLessThan(300 * MEBIBYTE)
    expect(downloaded.files).toBe(2_000)
    expect(downloaded.peakBytes).toBeLessThan(300 * MEBIBYTE)
  }, 120_000)

  test('of logging and patching a manifest of 20,000 entries is below 500 MiB', async () => {
    const store = join(temporaryFolder(), 'store')

    const logged = await measure({ kind: 'logReferences', store, count: 20_000 })
    const patched = await measure({ kind: 'patch', store })

    expect(logged.peakBytes).toBeLessThan(500 * MEBIBYTE)
    expect(patched).toMatchObject({ files: 20_002 })
    expect(patched.peakBytes).toBeLessThan(500 * MEBIBYTE)
  }, 120_000)
})
