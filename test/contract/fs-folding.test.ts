import { describe, it } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { capabilityNames, describeContract, objectStoreCases, objectStoreSubject } from '../../src/contract/index.ts'
import { FOLDS, foldingFs } from '../support/folding-fs.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { skipsOf } from './support/skips.ts'

// Linux has no disk of this kind: one that finds a name in any spelling that folds alike stands in for it.
const file = 'contract/fs-folding'
const name = 'fs that folds case'

const subject = objectStoreSubject({
  name,
  capabilities: capabilityNames(driverOn().capabilities),
  async create() {
    const fs = foldingFs(FOLDS['folds case and normalises'])
    return { open: async () => driverOn(fs), cleanup: async () => {} }
  },
})
describeContract({ describe, it }, objectStoreCases, subject, { tier: 'quick', skips: skipsOf(file, name) })

await describeMetadataStore(file, {
  name,
  async create() {
    const fs = foldingFs(FOLDS['folds case and normalises'])
    return {
      driver: () => driverOn(fs),
      corrupt: () => Promise.reject(new Error('no case of the MetadataStore damages bytes')),
      cleanup: async () => {},
    }
  },
})

function driverOn(fs = foldingFs(FOLDS['folds case'])) {
  return createFsObjectStore({ root: '/Store', fs })
}
