import { expect, it } from 'vitest'
import { metadataStoreCases } from '../../src/contract/metadata-store.ts'
import { seedOfFaults, underFaults } from './support/faulty.ts'
import { describeMetadataStore } from './support/metadata-suite.ts'
import { MEMORY_STORES, quickOf, unsyncedFsData } from './support/stores.ts'

const seed = seedOfFaults()

// The whole contract runs in the full tier.
const quick = quickOf(metadataStoreCases)
const racing = quick.filter(({ id }) => /^metadata\.(linearizable|race|once)\./.test(id))
const linearizable = quick.filter(({ id }) => id.startsWith('metadata.linearizable.'))

const SUITES = [
  ['memory, native register', MEMORY_STORES['memory, native register']!, racing],
  ['memory, numbered register', MEMORY_STORES['memory, numbered register']!, racing],
  ['memory, atomic batch', MEMORY_STORES['memory, atomic batch']!, racing],
  ['fs without syncs', unsyncedFsData, linearizable],
] as const

for (const [name, make, cases] of SUITES) {
  const { create, injected } = underFaults(make, { seed })
  await describeMetadataStore('contract/faulty-stores', { name: `faulty ${name}`, create, cases })

  it(`faults were injected into ${name}`, () => {
    const { 'partial list': partialLists, ...faults } = injected()

    expect(Object.entries(faults).filter(([, count]) => count === 0)).toEqual([])
    // Registers are listed where they are numbered.
    if (name.includes('numbered')) expect(partialLists).toBeGreaterThan(0)
  })
}
