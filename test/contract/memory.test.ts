import { describe, it } from 'vitest'
import { describeContract, objectStoreCases } from '../../src/contract/index.ts'
import { bulkMemorySubject, MEMORY_FLAVOURS, memorySubject } from './support/memory.ts'
import { skipsOf } from './support/skips.ts'

for (const [name, options] of Object.entries(MEMORY_FLAVOURS)) {
  const skips = skipsOf('contract/memory', name)
  describeContract({ describe, it }, objectStoreCases, memorySubject(name, options), { tier: 'quick', skips })
}

const bulk = 'memory, in bulk'
const bulkCases = objectStoreCases.filter(({ category }) => category === 'bulk')
describeContract({ describe, it }, bulkCases, bulkMemorySubject(bulk), { tier: 'quick', skips: {} })
