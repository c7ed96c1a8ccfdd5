import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, test } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import type { NodeFileSystem } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore, isLadingError, openStore } from '../../src/index.ts'
import type { Lading, LadingError, OnWarning, Warning } from '../../src/index.ts'
import { errno, watchedFs } from '../support/faulty-fs.ts'
import { listingOf } from '../support/folder-listing.ts'
import { readOnlyView, smallDisk } from '../support/mounts.ts'
import { takeSnapshot } from '../support/store-snapshot.ts'
import type { Snapshot } from '../support/store-snapshot.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('a full disk', () => {
  test('refuses a log, says so, changes nothing, and takes the next one when there is room', async () => {
    const { root, fs } = smallDisk(temporaryFolder())
    const lading = storeAt(join(root, 'store'), fs)
    await lading.save(model('fits'), { aliases: ['prod'] })
    const before = listingOf(join(root, 'store'))

    const error = await failureOf(lading.save(new Artifact('model').addFile(Buffer.alloc(6 * 1024 * 1024, 'x'), 'big')))

    expect(error).toMatchObject({ code: 'UNAVAILABLE', retry: 'never' })
    expect(error.message).toMatch(/the disk is full .*; free some space/)
    expect(listingOf(join(root, 'store'))).toEqual(before)
    expect(await lading.save(model('fits too'))).toMatchObject({ version: 'v1' })
  })

  test('gives back what a refused log had taken of it', async () => {
    const { root, fs } = smallDisk(temporaryFolder())
    const lading = storeAt(join(root, 'store'), fs)
    await lading.save(model('fits'))
    const before = bytesBelow(root)
    const draft = new Artifact('model').addFile(Buffer.alloc(1024 * 1024, 'a'), 'a')
    draft.addFile(Buffer.alloc(6 * 1024 * 1024, 'b'), 'b')

    await failureOf(lading.save(draft))

    // A blob that was whole may stay for the next try; pieces may not.
    expect(bytesBelow(root) - before).toBeOneOf([0, 1024 * 1024])
  })

  test('at any step of a log leaves the old or the new state', async () => {
    const ends = await failAtEachStep({ code: 'ENOSPC', forGood: true })

    expect(new Set(ends.map(({ error }) => error?.code))).toEqual(
      new Set(['UNAVAILABLE', 'UNKNOWN_OUTCOME', undefined]),
    )
    for (const { error, step } of ends) {
      if (error) expect(error.message, `step ${step}`).toMatch(/disk is full/)
    }
    expectUnknownOnlyWhenCommitted(ends)
  })
})

describe('a disk that fails', () => {
  test('once, at any step of a log, leaves it undone or done', async () => {
    const ends = await failAtEachStep({ code: 'EIO', forGood: false })

    for (const { error, step } of ends) {
      if (error) expect(['UNAVAILABLE', 'UNKNOWN_OUTCOME'], `step ${step}`).toContain(error.code)
    }
  })
})

describe('a store that can only be read', () => {
  test('refuses to log, to move an alias and to delete, and changes nothing', async () => {
    const { readOnly, store } = await readOnlyStore()
    const before = listingOf(store)
    const version = await readOnly.getArtifact('model:v0')

    const errors = await Promise.all(
      [
        readOnly.save(model('other')),
        readOnly.save(new Artifact('another').addFile(text('x'), 'x')),
        readOnly.setAlias('model:v0', 'best'),
        readOnly.removeAlias('model', 'prod'),
        version.update({ metadata: { a: 1 } }),
        version.delete({ aliases: true }),
        readOnly.artifact('model').update({ description: 'changed' }),
        readOnly.artifact('model').delete(),
      ].map(failureOf),
    )

    for (const error of errors)
      expect(error).toMatchObject({ code: 'UNAUTHORIZED', next: expect.stringMatching(/writable/) })
    expect(listingOf(store)).toEqual(before)
  })

  test('is read, listed, verified and downloaded from', async () => {
    const { readOnly, folder } = await readOnlyStore()

    const version = await readOnly.getArtifact('model:prod')

    expect(await (await version.file('weights')).text()).toBe('one')
    expect(await version.verify()).toMatchObject({ ok: true })
    expect((await version.download({ root: join(folder, 'target') })).written).toEqual(['weights'])
    expect(await takeSnapshot(readOnly, 'model')).toMatchObject({ aliases: { latest: 'v0', prod: 'v0' } })
  })
})

describe('a run in a store that can only be read', () => {
  test('uses versions, with a warning instead of each record', async () => {
    const { store, readOnly, warnings } = await readOnlyStore()
    const before = listingOf(store)

    const run = await readOnly.init({ id: 'reader' })
    const version = await run.useArtifact('model:prod')
    await run.finish()

    expect(await (await version.file('weights')).text()).toBe('one')
    expect(warnings.map(({ message }) => message)).toEqual([
      'run reader is not recorded: the store may only be read',
      'the use of demo/model:v0 is not recorded: the store may only be read',
      'the end of run reader is not recorded: the store may only be read',
    ])
    expect(warnings.map(({ cause }) => cause.code)).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED', 'UNAUTHORIZED'])
    expect(listingOf(store)).toEqual(before)
  })

  test('cannot log', async () => {
    const { readOnly } = await readOnlyStore()
    const run = await readOnly.init({ id: 'reader' })

    expect(await failureOf(run.logArtifact(model('two')))).toMatchObject({ code: 'UNAUTHORIZED' })
  })
})

/** How a log ended that met a failing disk. */
interface End {
  readonly step: number
  readonly error: LadingError | null
  /** What the store shows without anything being done to it. */
  readonly found: Snapshot
}

/** Logs v1 once for each step at which the disk can fail; a healthy disk then finds the old or the new state. */
async function failAtEachStep({ code, forGood }: { code: string; forGood: boolean }): Promise<readonly End[]> {
  const ends: End[] = []
  for (let step = 1; ; step++) {
    // Its declared types are looser than what it does.
    const disk = createFsFromVolume(new Volume()) as unknown as NodeFileSystem
    await storeAt('/store', disk).save(model('old'), { aliases: ['prod'] })
    let steps = 0
    const failing = watchedFs(({ changes }) => {
      if (changes && (forGood ? ++steps >= step : ++steps === step)) throw errno(code)
    }, disk)

    const error = await errorOf(storeAt('/store', failing).save(model('new'), { aliases: ['prod'] }))
    if (steps < step) return ends

    const found = await takeSnapshot(storeAt('/store', disk), 'model')
    expect(found.versions.length, `step ${step}`).toBeOneOf(error ? [1, 2] : [2])
    const again = await storeAt('/store', disk).save(model('new'), { aliases: ['prod'] })
    expect(again, `step ${step}`).toMatchObject({ n: 1, aliases: ['latest', 'prod'] })
    ends.push({ step, error, found })
  }
}

/** Nothing was sent that may commit before the first unknown outcome; and afterwards nothing is called undone. */
function expectUnknownOnlyWhenCommitted(ends: readonly End[]): void {
  const first = ends.findIndex(({ error }) => error?.code === 'UNKNOWN_OUTCOME')
  for (const { error, found, step } of ends.slice(0, first)) {
    expect(error?.code, `step ${step}`).toBe('UNAVAILABLE')
    expect(found.versions, `step ${step}`).toHaveLength(1)
  }
  for (const { error, step } of ends.slice(first)) {
    expect(error?.code, `step ${step}`).toBeOneOf(['UNKNOWN_OUTCOME', undefined])
  }
}

async function readOnlyStore() {
  const folder = temporaryFolder()
  const store = join(folder, 'store')
  await using writable = await openStore(store, { project: 'demo' })
  await writable.save(model('one'), { aliases: ['prod'] })
  const { root, fs } = readOnlyView(store, join(folder, 'view'))
  const warnings: Warning[] = []
  const readOnly = storeAt(root, fs, (warning) => warnings.push(warning))
  return { folder, store, readOnly, warnings }
}

function storeAt(root: string, fs: NodeFileSystem, onWarning: OnWarning = () => {}): Lading {
  return createStore(createPorts(createFsObjectStore({ root, fs })), { project: 'demo', onWarning })
}

/** Bytes of all files, also of those on their way in. */
function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

async function failureOf(work: Promise<unknown>): Promise<LadingError> {
  const error = await errorOf(work)
  if (error === null) throw new Error('it succeeded')
  return error
}

async function errorOf(work: Promise<unknown>): Promise<LadingError | null> {
  try {
    await work
    return null
  } catch (error) {
    if (isLadingError(error)) return error
    throw error
  }
}

function model(content: string): Artifact {
  return new Artifact('model').addFile(text(content), 'weights')
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}
