// @ts-check
// Writes the list of skips: id of a case → the capability it misses. Prints how many cases the quick tier has.
import { writeFileSync } from 'node:fs'
import { blobStoreCases, metadataStoreCases, missingCapabilities, objectStoreCases } from 'lading/contract'
import { blobs, driver, metadata } from './subjects.js'

const missing = [
  ...objectStoreCases.map((each) => ({ ...each, missing: missingCapabilities(each, driver) })),
  ...metadataStoreCases.map((each) => ({ ...each, missing: missingCapabilities(each, metadata) })),
  ...blobStoreCases.map((each) => ({ ...each, missing: missingCapabilities(each, blobs) })),
].filter(({ tier }) => tier === 'quick')
const skips = Object.fromEntries(missing.flatMap(({ id, missing }) => (missing === null ? [] : [[id, missing]])))
writeFileSync(new URL('skips.json', import.meta.url), `${JSON.stringify(skips, null, 2)}\n`)
process.stdout.write(`${missing.length}\n`)
