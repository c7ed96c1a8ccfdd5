import { Volume, createFsFromVolume } from 'memfs'
import { describe, it } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { capabilityNames, describeContract, objectStoreCases, objectStoreSubject } from '../../src/contract/index.ts'
import { skipsOf } from './support/skips.ts'

const name = 'fs on memfs'

const subject = objectStoreSubject({
  name,
  capabilities: capabilityNames(storeOn(new Volume()).capabilities),
  async create() {
    const volume = new Volume()
    return { open: async () => storeOn(volume), cleanup: async () => volume.reset() }
  },
})

const skips = skipsOf('contract/fs-on-memfs', name)
describeContract({ describe, it }, objectStoreCases, subject, { tier: 'quick', skips })

function storeOn(volume: Volume) {
  return createFsObjectStore({ root: '/store', fs: createFsFromVolume(volume) })
}
