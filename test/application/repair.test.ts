import { chmod, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { encodeDocument } from '../../src/domain/canonical-json.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { createPorts, createStore } from '../../src/index.ts'
import { errno, watchedFs } from '../support/faulty-fs.ts'
import { artifactOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

const FILES = { 'a.txt': 'alpha', 'data/b.txt': 'beta', 'data/c.txt': 'gamma' }

/** A version of which these files are damaged, and a folder `good` with intact copies of all. */
async function damagedWorld(kind: Kind, ...paths: (keyof typeof FILES)[]): Promise<World> {
  const world = await createWorld(kind)
  await world.lading.save(artifactOf('model', FILES))
  for (const path of paths) await world.damage(sha256(FILES[path]))
  for (const [path, content] of Object.entries(FILES)) await world.file(`good/${path}`, content)
  return world
}

describe.each(KINDS)('repairing a version in %s', (kind) => {
  test('replaces damaged bytes by those of the files at the same paths', async () => {
    const { open, at, tree } = await damagedWorld(kind, 'a.txt', 'data/b.txt')
    const version = await (await open()).getArtifact('model')

    const result = await version.repair(at('good'))

    expect(result).toEqual({ repaired: ['a.txt', 'data/b.txt'], stillDamaged: [], verified: 3 })
    expect(await (await (await open()).getArtifact('model')).verify()).toMatchObject({ ok: true })
    expect(await tree('good')).toEqual(FILES)
  })

  test('changes nothing in a sound version', async () => {
    const { lading, at, keys } = await damagedWorld(kind)
    const before = await keys()

    const result = await (await lading.getArtifact('model')).repair(at('good'))

    expect(result).toEqual({ repaired: [], stillDamaged: [], verified: 3 })
    expect(await keys()).toEqual(before)
  })

  test('finds the bytes under any other path, and repairs every path that has them', async () => {
    const { lading, at, file, damage } = await createWorld(kind)
    await lading.save(artifactOf('model', { one: 'same', two: 'same', other: 'other' }))
    await damage(sha256('same'))
    await file('moved/deep/renamed.bin', 'same')
    await file('moved/one', 'SAME')

    const result = await (await lading.getArtifact('model')).repair(at('moved'))

    expect(result).toEqual({ repaired: ['one', 'two'], stillDamaged: [], verified: 3 })
  })

  test('takes no bytes that are not right, and says what is damaged still', async () => {
    const { lading, at, file } = await damagedWorld(kind, 'a.txt', 'data/b.txt')
    await file('bad/a.txt', 'ALPHA')
    await file('bad/data/b.txt', 'beta')
    const version = await lading.getArtifact('model')

    const result = await version.repair(at('bad'))

    expect(result.repaired).toEqual(['data/b.txt'])
    expect(result.stillDamaged).toMatchObject([{ path: 'a.txt', problem: 'corrupt' }])
    expect(result.stillDamaged[0]?.detail).toMatch(/the folder has no file with these bytes$/)
    expect((await version.verify()).differences.map(({ path }) => path)).toEqual(['a.txt'])
  })

  test('follows a link at the path; one that leads nowhere, or out of the folder, stops only the search', async () => {
    const { lading, at, file } = await damagedWorld(kind, 'a.txt', 'data/b.txt', 'data/c.txt')
    await file('linked/data/x', 'nothing of it')
    await symlink(at('good/a.txt'), at('linked/a.txt'))
    await symlink(at('nowhere'), at('linked/data/b.txt'))
    await symlink(at('good/data/c.txt'), at('linked/data/c.txt'))

    const result = await (await lading.getArtifact('model')).repair(at('linked'))

    expect(result.repaired).toEqual(['a.txt', 'data/c.txt'])
    expect(result.stillDamaged).toMatchObject([{ path: 'data/b.txt', problem: 'corrupt' }])
    expect(result.stillDamaged[0]?.detail).toMatch(/the folder was not searched: .*linked/)
  })

  test('is NOT_FOUND or INVALID where there is no folder', async () => {
    const { lading, at } = await damagedWorld(kind, 'a.txt')
    const version = await lading.getArtifact('model')

    await refusal('NOT_FOUND', () => version.repair(at('nowhere')))
    await refusal('INVALID', () => version.repair(at('good/a.txt')))
    await refusal('INVALID', () => version.repair(''))
  })

  test('cannot make a damaged manifest anew: CORRUPT, and nothing is changed', async () => {
    const { lading, open, at, damage, keys } = await damagedWorld(kind, 'a.txt')
    const { digest } = await lading.getArtifact('model')
    await damage(digest)
    const before = await keys()
    const version = await (await open()).getArtifact('model')

    await refusal('CORRUPT', () => version.repair(at('good')))

    expect(await keys()).toEqual(before)
  })

  test('is NOT_FOUND once the version was deleted', async () => {
    const { lading, at } = await damagedWorld(kind, 'a.txt')
    const version = await lading.getArtifact('model')
    await version.delete({ aliases: true })

    await refusal('NOT_FOUND', () => version.repair(at('good')))
  })

  test('is stopped by the signal before anything is changed, and succeeds the next time', async () => {
    const { lading, at, keys } = await damagedWorld(kind, 'a.txt', 'data/b.txt')
    const version = await lading.getArtifact('model')
    const before = await keys()
    const stop = new AbortController()
    const onProgress = ({ files }: { files: number }): void => {
      if (files === 3) stop.abort()
    }

    await refusal('ABORTED', () => version.repair(at('good'), { signal: stop.signal, onProgress }))

    expect(await keys()).toEqual(before)
    expect((await version.repair(at('good'))).repaired).toEqual(['a.txt', 'data/b.txt'])
  })

  test('heals every version that has the same bytes', async () => {
    const { lading, at, damage, file } = await createWorld(kind)
    await lading.save(artifactOf('model', { shared: 'shared', own: '0' }))
    await lading.save(artifactOf('model', { shared: 'shared', own: '1' }))
    await damage(sha256('shared'))
    await file('good/shared', 'shared')

    await (await lading.getArtifact('model:v1')).repair(at('good'))

    for (const ref of ['model:v0', 'model:v1']) {
      expect((await (await lading.getArtifact(ref)).verify()).ok).toBe(true)
    }
  })
})

describe('repairing a version in a folder', () => {
  test('restores a blob that is gone, and one that is cut short or read-only', async () => {
    const { lading, at, keys } = await damagedWorld('folder', 'data/c.txt')
    const store = join(at('.'), '..', 'store')
    const pathOf = async (content: string) =>
      join(
        store,
        (await keys()).find((key) => key.endsWith(sha256(content)))!,
      )
    await rm(await pathOf('alpha'))
    const cut = await pathOf('beta')
    await chmod(cut, 0o600)
    await writeFile(cut, 'be')
    await chmod(cut, 0o444)
    await chmod(await pathOf('gamma'), 0o400)
    const version = await lading.getArtifact('model')

    const { repaired } = await version.repair(at('good'))

    expect(repaired).toEqual(Object.keys(FILES))
    expect((await version.verify()).ok).toBe(true)
    expect(await readdir(join(store, 'staging'))).toEqual([])
  })

  test('does not take away what another repair put in place while it copied', async () => {
    const { open, at } = await damagedWorld('folder', 'a.txt')
    const other = await (await open()).getArtifact('model')
    const removed: string[] = []
    let isFirstWrite = true
    const fs = watchedFs(async ({ name, path }) => {
      if (name === 'unlink' && path.includes('blobs')) removed.push(path)
      if (name !== 'handle.write' || !isFirstWrite) return
      isFirstWrite = false
      await other.repair(at('good'))
    })
    const root = join(at('.'), '..', 'store')
    await using lading = createStore(createPorts(createFsObjectStore({ root, fs })), { project: 'demo' })

    const { repaired } = await (await lading.getArtifact('model')).repair(at('good'))

    expect(repaired).toEqual(['a.txt'])
    expect(removed).toEqual([])
    expect((await other.verify()).ok).toBe(true)
  })
})

describe('a repair that is killed', () => {
  /** A handle whose disk takes no change any more from change number `step` on, as if the process were gone. */
  function dyingStore(root: string, step: number) {
    let steps = 0
    const fs = watchedFs(({ changes }) => {
      if (changes && ++steps >= step) throw errno('EIO')
    })
    const lading = createStore(createPorts(createFsObjectStore({ root, fs })), { project: 'demo' })
    return { lading, isDead: () => steps >= step }
  }

  test('at any step is carried to its end by the next one, and no reader gets other bytes meanwhile', async () => {
    for (let [step, died] = [1, true]; died; step++) {
      const { open, at } = await damagedWorld('folder', 'a.txt')
      const root = join(at('.'), '..', 'store')
      const { lading, isDead } = dyingStore(root, step)

      const version = await lading.getArtifact('model')
      await version.repair(at('good')).catch((error: unknown) => expect(isDead(), String(error)).toBe(true))
      died = isDead()

      const later = await (await open()).getArtifact('model')
      const content = await (await later.file('a.txt')).text().catch((error: { code: string }) => error.code)
      expect(['CORRUPT', 'NOT_FOUND', 'alpha'], `step ${step}`).toContain(content)
      expect((await later.repair(at('good'))).stillDamaged, `step ${step}`).toEqual([])
      expect((await later.verify()).ok, `step ${step}`).toBe(true)
      if (!died) expect(step).toBeGreaterThan(5)
    }
  })
})

describe('a version whose small files are in a pack', () => {
  /** Two versions that share a packed file, in memory. */
  async function packedWorld() {
    const shared = createMemoryData()
    const open = () =>
      createStore(createPorts(createMemoryObjectStore({ shared, packBelowBytes: 1024 })), { project: 'demo' })
    await using lading = open()
    await lading.save(artifactOf('model', { 'a.txt': 'alpha', 'b.txt': 'beta' }))
    await lading.save(artifactOf('model', { 'a.txt': 'alpha', 'b.txt': 'beta', 'c.txt': 'gamma', 'd.txt': 'delta' }))
    const damage = (content: string) => {
      const pack = keysOf(shared).find((key) => {
        return key.includes('/packs/') && Buffer.from(shared.object(key)!.bytes).includes(content)
      })!
      const bytes = Uint8Array.from(shared.object(pack)!.bytes)
      bytes[Buffer.from(bytes).indexOf(content)]! ^= 1
      shared.write([[pack, bytes]], 'damage')
    }
    return { open, damage, shared }
  }

  test('gets the good bytes as a blob of its own, in all versions of the artifact; the pack stays', async () => {
    const { at, file } = await createWorld('memory')
    const { open, damage, shared } = await packedWorld()
    await file('good/a.txt', 'alpha')
    damage('alpha')
    const packs = keysOf(shared).filter((key) => key.includes('/packs/'))

    const result = await (await open().getArtifact('model:v1')).repair(at('good'))

    expect(result).toMatchObject({ repaired: ['a.txt'], stillDamaged: [] })
    for (const ref of ['model:v0', 'model:v1']) {
      expect((await (await open().getArtifact(ref)).verify()).ok).toBe(true)
    }
    expect(keysOf(shared).filter((key) => key.includes('/packs/'))).toEqual(packs)
    expect((await (await open().getArtifact('model:v0')).repair(at('good'))).repaired).toEqual([])
  })

  test('is logged again from its repaired self without the damaged place', async () => {
    const { at, file } = await createWorld('memory')
    const { open, damage } = await packedWorld()
    await file('good/a.txt', 'alpha')
    damage('alpha')
    const version = await open().getArtifact('model:v1')
    await version.repair(at('good'))

    const draft = await version.newDraft()
    await open().save(draft.addFile(new TextEncoder().encode('new'), 'e.txt'))

    expect((await (await open().getArtifact('model:v2')).verify()).ok).toBe(true)
  })
})

describe('a record that contradicts its manifest', () => {
  test('is told by verify, which looks at every file all the same', async () => {
    const shared = createMemoryData()
    const lading = createStore(createPorts(createMemoryObjectStore({ shared })), { project: 'demo' })
    await lading.save(artifactOf('model', FILES))
    const key = keysOf(shared).find((name) => name.includes('/versions/'))!
    const record = JSON.parse(Buffer.from(shared.object(key)!.bytes).toString()) as Record<string, unknown>
    shared.write([[key, encodeDocument({ ...record, sizeBytes: 10, fileCount: 2 } as never)]], 'damage')

    const version = await lading.getArtifact('model')

    expect(await version.verify()).toEqual({
      ok: false,
      verified: 3,
      differences: [],
      unverifiable: [],
      record: 'the record tells of 2 files with 10 bytes, the manifest of 3 with 14',
    })
  })
})

function keysOf(shared: ReturnType<typeof createMemoryData>): string[] {
  const keys: string[] = []
  for (let key = shared.seek('', shared.generation); key !== null; key = shared.seek(`${key}\0`, shared.generation)) {
    keys.push(key)
  }
  return keys
}
