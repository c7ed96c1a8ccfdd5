import { readdir, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { Artifact } from 'lading'
import { createSplitStore } from './store.js'

const PLACES = { database: './fast-disk/models.db', blobs: './large-disk/blobs' }

// `await using` would do for Node 24; this is for Node 22 as well.
const lading = createSplitStore(PLACES, { project: 'demo' })
try {
  await writeFile('weights.bin', new Uint8Array(1_000_000))
  const model = new Artifact('resnet', { type: 'model', metadata: { accuracy: 0.93 } }).addFile('weights.bin')
  const { version, created, aliases } = await lading.save(model, { aliases: ['prod'] })
  console.log(`resnet:${version}`, created ? 'logged' : 'is there already', aliases)
} finally {
  await lading.close() // both halves
}

const files = await readdir(PLACES.blobs, { recursive: true, withFileTypes: true })
const blobs = files.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
console.log(`blobs there: ${blobs.length}, the file and the manifest of its version`)

const database = new DatabaseSync(PLACES.database, { readOnly: true })
const rows = database.prepare('SELECT project, name, type FROM artifacts').all()
database.close()
console.log('metadata here:', ...rows.map((row) => JSON.stringify(row)))
