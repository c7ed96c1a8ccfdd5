// Writes skips.json: id of a case → the capabilities that it misses. Run it when a capability changes, and read the diff.
import { writeFileSync } from 'node:fs'
import { blobStoreCases, metadataStoreCases, missingCapabilities, objectStoreCases } from 'lading/contract'
import { subjectsOn } from './subjects.ts'

const { driver, metadata, blobs } = subjectsOn(() => {
  throw new Error('nothing is opened here')
})
const missing = [
  ...objectStoreCases.map((each) => [each, missingCapabilities(each, driver)] as const),
  ...metadataStoreCases.map((each) => [each, missingCapabilities(each, metadata)] as const),
  ...blobStoreCases.map((each) => [each, missingCapabilities(each, blobs)] as const),
].filter(([{ tier }, capabilities]) => tier === 'quick' && capabilities !== null)
const skips = Object.fromEntries(missing.map(([{ id }, capabilities]) => [id, capabilities]))
writeFileSync(new URL('skips.json', import.meta.url), `${JSON.stringify(skips, null, 2)}\n`)
