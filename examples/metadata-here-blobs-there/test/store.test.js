import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { Artifact, createPorts, createStore } from 'lading'
import { createMemoryObjectStore } from 'lading/adapters/memory'
import { createSqliteMetadataStore } from 'lading/adapters/sqlite'
import { createSplitStore } from '../src/store.js'

it('another handle reads what was logged', async (test) => {
  const { places, closing } = await temporaryPlaces(test)
  const writer = closing(createSplitStore(places, { project: 'demo' }))
  await writer.save(notes('hello'), { aliases: ['prod'] })

  const reader = closing(createSplitStore(places, { project: 'demo' }))
  const file = await (await reader.getArtifact('notes:prod')).file('note.txt')

  assert.equal(await file.text(), 'hello')
})

it('a blob that is gone is told by `verify`, and the metadata still say what it was', async (test) => {
  const { places, closing } = await temporaryPlaces(test)
  const lading = closing(createSplitStore(places, { project: 'demo' }))
  await lading.save(notes('hello'))
  const version = await lading.getArtifact('notes')
  const [entry] = await version.entries()

  await rm(places.blobs, { recursive: true })
  const { ok } = await version.verify()

  assert.deepEqual({ ok, path: entry?.path, size: entry?.size }, { ok: false, path: 'note.txt', size: 5 })
})

it('a test keeps its blobs in memory, behind the same metadata', async (test) => {
  const { places, closing } = await temporaryPlaces(test)
  const metadata = createSqliteMetadataStore({ file: places.database })
  const { blobs } = createPorts(createMemoryObjectStore())
  const lading = closing(createStore({ metadata, blobs }))

  const { version } = await lading.save(notes('hello'), { project: 'demo' })

  assert.equal(version, 'v0')
})

/** @param {string} text */
function notes(text) {
  return new Artifact('notes').addFile(new TextEncoder().encode(text), 'note.txt')
}

/**
 * Places that are gone when the test is over, and the stores in them closed.
 *
 * @param {import('node:test').TestContext} test
 */
async function temporaryPlaces(test) {
  const folder = await mkdtemp(join(tmpdir(), 'split-store-'))
  /** @type {import('lading').Lading[]} */
  const stores = []
  test.after(async () => {
    for (const store of stores) await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    places: { database: join(folder, 'models.db'), blobs: join(folder, 'blobs') },
    /** @param {import('lading').Lading} store */
    closing(store) {
      stores.push(store)
      return store
    },
  }
}
