import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MEBIBYTE, measure, plantFile, plantFiles } from '../support/measured-work-kit.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('peak memory', () => {
  test('of logging, verifying and downloading a file of 2 GiB is below 200 MiB', async () => {
    const folder = temporaryFolder()
    const [store, root] = [join(folder, 'store'), join(folder, 'target')]
    const path = plantFile(join(folder, 'large'), 2_048)

    const logged = await measure({ kind: 'log', store, path })
    rmSync(path)
    const verified = await measure({ kind: 'verify', store })
    const downloaded = await measure({ kind: 'download', store, root })

    for (const { bytes, peakBytes } of [logged, verified, downloaded]) {
      expect(bytes).toBe(2_048 * MEBIBYTE)
      expect(peakBytes).toBeLessThan(200 * MEBIBYTE)
    }
  })

  test('of logging, verifying and downloading 10,000 files of 10 KiB is below 300 MiB', async () => {
    const folder = temporaryFolder()
    const [store, root] = [join(folder, 'store'), join(folder, 'target')]
    const path = plantFiles(join(folder, 'many'), { count: 10_000, sizeBytes: 10 * 1024 })

    const works = [
      await measure({ kind: 'log', store, path }),
      await measure({ kind: 'log', store, path }),
      await measure({ kind: 'verify', store }),
      await measure({ kind: 'download', store, root }),
    ]

    for (const { files, peakBytes } of works) {
      expect(files).toBe(10_000)
      expect(peakBytes).toBeLessThan(300 * MEBIBYTE)
    }
  })

  test('of logging and patching a manifest of 200,000 references is below 500 MiB', async () => {
    const store = join(temporaryFolder(), 'store')

    const logged = await measure({ kind: 'logReferences', store, count: 200_000 })
    const patched = await measure({ kind: 'patch', store })

    expect(logged.peakBytes).toBeLessThan(500 * MEBIBYTE)
    expect(patched).toMatchObject({ files: 200_002 })
    expect(patched.peakBytes).toBeLessThan(500 * MEBIBYTE)
  })

  test('of logging, verifying and downloading 50,000 small files is below 500 MiB', async () => {
    const folder = temporaryFolder()
    const [store, root] = [join(folder, 'store'), join(folder, 'target')]
    const path = plantFiles(join(folder, 'many'), { count: 50_000, sizeBytes: 8 })

    const works = [
      await measure({ kind: 'log', store, path }),
      await measure({ kind: 'verify', store }),
      await measure({ kind: 'download', store, root }),
    ]

    for (const { files, peakBytes } of works) {
      expect(files).toBe(50_000)
      expect(peakBytes).toBeLessThan(500 * MEBIBYTE)
    }
  })
})
