import { execFile } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readFiles } from '../../../../src/adapters/fs/bulk/read-files.ts'
import { sha256 } from '../../../../src/domain/digest.ts'
import { errno } from '../user-files-kit.ts'
import { recorded } from './recorded-fs.ts'

describe('sources that are read in bulk', () => {
  test('are answered with digest and bytes, an empty one too', async () => {
    const { at } = await placed()
    await writeFile(at('a'), 'alpha')
    await writeFile(at('empty'), '')

    const { slab, digests } = readFiles(nodeFs, {
      paths: [at('empty'), at('a')],
      sizes: [0, 5],
      slab: new Uint8Array(200),
    })

    expect(digests).toEqual([sha256(''), sha256('alpha')])
    expect(new TextDecoder().decode(slab.subarray(0, 5))).toBe('alpha')
  })

  test('are left to the ordinary way when they are not as they were found', async () => {
    const { at } = await placed()
    await writeFile(at('grown'), 'alpha and more')
    await mkdir(at('folder'))
    await symlink(at('grown'), at('link'))

    const paths = ['grown', 'shrunk', 'folder', 'link'].map(at)
    const { digests } = readFiles(nodeFs, { paths, sizes: [5, 99, 0, 14], slab: new Uint8Array(200) })

    expect(digests).toEqual([null, null, null, null])
  })

  test('are left to the ordinary way when they change while they are read', async () => {
    const { at } = await placed()
    await writeFile(at('a'), 'alpha')
    const changing = recorded((name) => {
      if (name === 'read') nodeFs.utimesSync(at('a'), 1, 1)
    })

    expect(readFiles(changing.fs, { paths: [at('a')], sizes: [5], slab: new Uint8Array(200) }).digests).toEqual([null])
  })

  test('are left to the ordinary way when the disk fails as late as they are closed', async () => {
    const { at } = await placed()
    await writeFile(at('a'), 'alpha')
    const closeSync = (file: number): never => {
      nodeFs.closeSync(file)
      throw errno('EIO')
    }

    const { digests } = readFiles({ ...nodeFs, closeSync }, { paths: [at('a')], sizes: [5], slab: new Uint8Array(200) })

    expect(digests).toEqual([null])
  })
})

test('where threads are denied the same is done without them', async () => {
  const { at } = await placed()
  await mkdir(at('files'))
  const large = Buffer.alloc(33 * 1024 * 1024, 'large')
  for (let n = 0; n < 40; n++) await writeFile(at(`files/${n}`), `content ${n}`)
  await writeFile(at('files/large'), large)
  const fixture = join(import.meta.dirname, '..', 'fixtures', 'log-without-threads.ts')
  const denied = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*']
  const folders = [at('files'), at('store'), at('out')]

  const { stdout } = await promisify(execFile)(process.execPath, [...denied, fixture, ...folders])

  expect(stdout).toBe('v0 41 41\n')
  for (const [name, content] of [
    ['7', Buffer.from('content 7')],
    ['large', large],
  ] as const) {
    const digest = sha256(content)
    const stored = join(at('store'), 'p', 'demo', 'blobs', digest.slice(0, 2), digest)
    for (const path of [stored, join(at('out'), name)]) expect((await readFile(path)).equals(content)).toBe(true)
    // Its mark is set by its name where times may not be changed through a handle.
    expect((await stat(stored)).mtimeMs % 1_000).toBe(0)
  }
})

/** A folder of files. */
async function placed() {
  const folder = await mkdtemp(join(tmpdir(), 'lading-bulk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { at: (path: string) => join(folder, path) }
}
