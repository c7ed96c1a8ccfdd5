import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import type { Lading, Progress } from '../../src/index.ts'
import { temporaryFolder } from '../support/temporary.ts'

const FILES: Readonly<Record<string, string>> = { 'a.bin': 'alpha', 'deep/b.bin': 'beta', 'deep/same.bin': 'alpha' }

interface Desk {
  readonly root: string
  readonly data: string
  open(store?: string): Promise<Lading>
}

/** A folder that was logged into `store` and is known since. */
async function loggedFolder(): Promise<Desk> {
  const root = temporaryFolder()
  const data = join(root, 'data')
  for (const [path, content] of Object.entries(FILES)) write(data, path, content)
  const clock = vi
    .spyOn(Date, 'now')
    .mockImplementation(() => Math.floor(performance.timeOrigin + performance.now()) + 10_000)
  onTestFinished(() => clock.mockRestore())
  const open = async (store = 'store') => {
    const lading = await openStore(join(root, store), { project: 'demo', cache: join(root, 'cache') })
    onTestFinished(() => lading.close())
    return lading
  }
  await (await open()).save(new Artifact('data').addDir(data))
  return { root, data, open }
}

function write(folder: string, path: string, content: string): void {
  nodeFs.mkdirSync(join(folder, path, '..'), { recursive: true })
  nodeFs.writeFileSync(join(folder, path), content)
}

async function contentsOf(lading: Lading, name: string): Promise<Readonly<Record<string, string>>> {
  const version = await lading.getArtifact(name)
  const texts: Record<string, string> = {}
  for (const { path } of (await version.manifest()).entries) texts[path] = await (await version.file(path)).text()
  return texts
}

describe('a folder that is as it was when it was logged', () => {
  test('is found to be the version that has its content, which the draft then lists', async () => {
    const { data, open } = await loggedFolder()
    const draft = new Artifact('data').addDir(data)

    const again = await (await open()).save(draft)

    expect(again).toMatchObject({ n: 0, created: false, fileCount: 3, sizeBytes: 14 })
    expect(draft.entries().map(({ path }) => path)).toEqual(Object.keys(FILES))
  })

  test('tells progress once, of all its files', async () => {
    const { data, open } = await loggedFolder()
    const told: Progress[] = []

    await (await open()).save(new Artifact('data').addDir(data), { onProgress: (progress) => told.push(progress) })

    expect(told.at(-1)).toEqual({ phase: 'log', files: 3, filesTotal: 3, bytes: 14, bytesTotal: 14 })
  })

  test('becomes a version of another artifact, with all its files', async () => {
    const { data, open } = await loggedFolder()
    const lading = await open()

    const other = await lading.save(new Artifact('other').addDir(data))

    expect(other).toMatchObject({ n: 0, created: true })
    expect(await contentsOf(lading, 'other')).toEqual(FILES)
  })

  test('becomes a version of another store, with all its bytes', async () => {
    const { data, open } = await loggedFolder()
    const lading = await open('another')

    await lading.save(new Artifact('data').addDir(data))

    expect(await contentsOf(lading, 'data')).toEqual(FILES)
  })

  test('is another content below a prefix, or with some of its files only', async () => {
    const { data, open } = await loggedFolder()
    const lading = await open()

    await lading.save(new Artifact('below').addDir(data, 'in'))
    await lading.save(new Artifact('some').addDir(data, '', { exclude: 'deep/**' }))
    await lading.save(new Artifact('more').addDir(data).addFile(new Uint8Array(1), 'more'))

    expect(Object.keys(await contentsOf(lading, 'below'))).toEqual(Object.keys(FILES).map((path) => `in/${path}`))
    expect(await contentsOf(lading, 'some')).toEqual({ 'a.bin': 'alpha' })
    expect(Object.keys(await contentsOf(lading, 'more'))).toEqual([...Object.keys(FILES), 'more'])
  })

  test('gives back what the store has lost', async () => {
    const { root, data, open } = await loggedFolder()
    const blobs = join(root, 'store/p/demo/blobs')
    for (const folder of nodeFs.readdirSync(blobs)) nodeFs.chmodSync(join(blobs, folder), 0o700)
    nodeFs.rmSync(blobs, { recursive: true })
    const lading = await open()

    // Its manifest is a blob too: another version brings it back.
    await lading.save(new Artifact('again').addDir(data))

    expect(await contentsOf(lading, 'again')).toEqual(FILES)
  })

  test.each<[string, (data: string) => void, (files: Record<string, string>) => void]>([
    ['changed', (data) => write(data, 'deep/b.bin', 'BETA'), (files) => (files['deep/b.bin'] = 'BETA')],
    ['added', (data) => write(data, 'deep/new', 'new'), (files) => (files['deep/new'] = 'new')],
    ['removed', (data) => nodeFs.rmSync(join(data, 'a.bin')), (files) => delete files['a.bin']],
    [
      'exchanged',
      (data) => {
        nodeFs.renameSync(join(data, 'a.bin'), join(data, 'x'))
        nodeFs.renameSync(join(data, 'deep/b.bin'), join(data, 'a.bin'))
        nodeFs.renameSync(join(data, 'x'), join(data, 'deep/b.bin'))
      },
      (files) => {
        files['a.bin'] = 'beta'
        files['deep/b.bin'] = 'alpha'
      },
    ],
  ])('is a new content once a file was %s, and known as that from then on', async (_, change, apply) => {
    const { data, open } = await loggedFolder()
    const lading = await open()
    change(data)
    const wanted = { ...FILES }
    apply(wanted)

    const first = await lading.save(new Artifact('data').addDir(data))
    const again = await lading.save(new Artifact('data').addDir(data))

    expect(first).toMatchObject({ n: 1, created: true })
    expect(again).toMatchObject({ n: 1, created: false, digest: first.digest })
    expect(await contentsOf(lading, 'data')).toEqual(wanted)
  })

  test('is not taken for another folder that had its name meanwhile', async () => {
    const { root, data, open } = await loggedFolder()
    const lading = await open()
    nodeFs.renameSync(data, join(root, 'aside'))
    for (const path of Object.keys(FILES)) write(data, path, `other ${path}`)
    // What was just written may change once more within the same tick of the clock: it is not remembered.
    vi.spyOn(Date, 'now').mockRestore()
    const other = await lading.save(new Artifact('data').addDir(data))
    nodeFs.rmSync(data, { recursive: true })
    nodeFs.renameSync(join(root, 'aside'), data)

    const back = await lading.save(new Artifact('data').addDir(data))

    expect(other).toMatchObject({ n: 1, created: true })
    expect(back).toMatchObject({ n: 0, created: false })
  })
})
