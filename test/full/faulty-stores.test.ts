import { expect, it } from 'vitest'
import { blobStoreCases } from '../../src/contract/blob-store.ts'
import { metadataStoreCases } from '../../src/contract/metadata-store.ts'
import { transportCases } from '../../src/contract/transport.ts'
import { describeBlobStore } from '../contract/support/blob-suite.ts'
import { UNNOTICED_FAULTS, seedOfFaults, underFaults } from '../contract/support/faulty.ts'
import { describeMetadataStore } from '../contract/support/metadata-suite.ts'
import { MEMORY_STORES, quickOf, unsyncedFsData } from '../contract/support/stores.ts'
import { describeTransport } from '../contract/support/transport-suite.ts'

const file = 'full/faulty-stores'
const seed = seedOfFaults()

const STORES = { ...MEMORY_STORES, 'fs without syncs': unsyncedFsData }

// Lost answers, late landings and the like must not be noticed by anyone: the contract is the same.
const metadataCases = metadataStoreCases.filter(({ tier }) => tier !== 'soak')

for (const [store, make] of Object.entries(STORES)) {
  const name = `faulty ${store}`
  const hidden = underFaults(make, { seed })
  await describeMetadataStore(file, { name, create: hidden.create, cases: metadataCases })

  const unnoticed = underFaults(make, { seed, plan: UNNOTICED_FAULTS })
  await describeBlobStore(file, { name, create: unnoticed.create, cases: quickOf(blobStoreCases) })
  await describeTransport(file, { name, create: unnoticed.create, cases: quickOf(transportCases) })

  it(`faults were injected into ${store}`, () => {
    const { 'partial list': _, ...faults } = hidden.injected()

    expect(Object.entries(faults).filter(([, count]) => count < 20)).toEqual([])
    expect(unnoticed.injected().duplicate).toBeGreaterThan(0)
  })
}
