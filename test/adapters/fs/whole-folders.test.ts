import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createStatCache } from '../../../src/adapters/fs/stat-cache/stat-cache.ts'
import { sha256 } from '../../../src/domain/digest.ts'
import type { FoundFile, FoundFiles } from '../../../src/ports/files.ts'
import type { FolderStats } from '../../../src/ports/stat-cache.ts'
import { plant, temporaryFolder } from './user-files-kit.ts'

const FILES = { 'a.bin': 'alpha', 'deep/b.bin': 'beta', 'deep/deeper/c.bin': 'gamma' }
const CONTENT = { digest: sha256('the manifest'), sizeBytes: 14, fileCount: 3 }

interface Known {
  readonly folder: string
  open(): Promise<FolderStats>
}

/** A folder that was logged whole, as a cache remembers it. */
async function knownFolder(content: typeof CONTENT | null = CONTENT): Promise<Known> {
  const [folder, kept] = [temporaryFolder(), join(temporaryFolder(), 'cache')]
  plant(folder, FILES)
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 10_000)
  onTestFinished(() => clock.mockRestore())
  const open = () => createStatCache({ folder: async () => kept }).open(folder)
  const stats = await open()
  for (const batch of await batchesOf(folder)) for (const file of batch) await remember(stats, folder, file)
  if (content) stats.rememberWhole(content)
  await stats.save()
  return { folder, open }
}

async function remember(stats: FolderStats, folder: string, { path, state }: FoundFile): Promise<void> {
  if (stats.digestOf(path, state!) !== null) return
  stats.rememberRead(path, state!, sha256(nodeFs.readFileSync(join(folder, path))))
}

function batchesOf(folder: string): Promise<readonly FoundFiles[]> {
  return Array.fromAsync(createFiles().walk(folder, {}))
}

/** What is known of a folder after a walk through it, and whether the walk met nothing else. */
async function wholeAfterWalk({ folder, open }: Known) {
  const stats = await open()
  const batches = await batchesOf(folder)
  return { goesOn: batches.every((batch) => stats.goesOn(batch)), whole: stats.whole }
}

describe('a folder that was logged whole', () => {
  it('is known by a walk that meets the same files in the same states', async () => {
    const known = await knownFolder()

    expect(await wholeAfterWalk(known)).toEqual({ goesOn: true, whole: CONTENT })
  })

  it('has the blobs of all its files', async () => {
    const { open } = await knownFolder()

    const blobs = (await open()).blobs()

    expect(blobs.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))).toEqual(
      Object.values(FILES)
        .map((text) => ({ digest: sha256(text), sizeBytes: text.length }))
        .toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    )
  })

  it.each<[string, (folder: string) => void]>([
    ['has changed', (folder) => nodeFs.writeFileSync(join(folder, 'deep/b.bin'), 'BETA')],
    ['was touched', (folder) => nodeFs.utimesSync(join(folder, 'deep/b.bin'), 1, 1)],
    ['is new', (folder) => nodeFs.writeFileSync(join(folder, 'deep/new.bin'), 'new')],
    ['has another name', (folder) => nodeFs.renameSync(join(folder, 'a.bin'), join(folder, 'z.bin'))],
    ['lies elsewhere', (folder) => nodeFs.renameSync(join(folder, 'a.bin'), join(folder, 'deep/a.bin'))],
  ])('is not known when a file %s', async (_, change) => {
    const known = await knownFolder()

    change(known.folder)

    expect(await wholeAfterWalk(known)).toMatchObject({ goesOn: false })
  })

  it('is not known when a file is gone', async () => {
    const known = await knownFolder()

    nodeFs.rmSync(join(known.folder, 'deep/deeper/c.bin'))

    const { goesOn, whole } = await wholeAfterWalk(known)
    expect(goesOn && whole !== null).toBe(false)
  })

  it('is not known when what it was logged as was never said', async () => {
    expect((await wholeAfterWalk(await knownFolder(null))).whole).toBeNull()
  })

  it('is not known when it was logged as more files than are remembered', async () => {
    expect((await wholeAfterWalk(await knownFolder({ ...CONTENT, fileCount: 4 }))).whole).toBeNull()
  })

  it('is not known any more when something of it was learned anew, until that is said to be the whole', async () => {
    const known = await knownFolder()
    nodeFs.writeFileSync(join(known.folder, 'deep/b.bin'), 'BETA')
    const stats = await known.open()
    for (const batch of await batchesOf(known.folder)) {
      for (const file of batch) await remember(stats, known.folder, file)
    }
    await stats.save()
    const before = await wholeAfterWalk(known)

    const again = await known.open()
    for (const batch of await batchesOf(known.folder)) for (const { path, state } of batch) again.digestOf(path, state!)
    again.rememberWhole({ ...CONTENT, digest: sha256('another manifest') })
    await again.save()

    expect(before.whole).toBeNull()
    expect(await wholeAfterWalk(known)).toEqual({
      goesOn: true,
      whole: { ...CONTENT, digest: sha256('another manifest') },
    })
  })

  it('is not known by files that no walk of this disk has found', async () => {
    const { folder, open } = await knownFolder()
    const stats = await open()

    const found = (await batchesOf(folder)).map((batch) => [...batch])

    expect(found.some((batch) => stats.goesOn(batch))).toBe(false)
  })
})
