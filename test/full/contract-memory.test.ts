import { describe, it } from 'vitest'
import { describeContract, objectStoreCases } from '../../src/contract/index.ts'
import { MEMORY_FLAVOURS, memorySubject } from '../contract/support/memory.ts'
import { skipsOf } from '../contract/support/skips.ts'

// The quick tier is part of `npm test`.
const cases = objectStoreCases.filter(({ tier }) => tier === 'full')

for (const [name, options] of Object.entries(MEMORY_FLAVOURS)) {
  const skips = skipsOf('full/contract-memory', name)
  describeContract({ describe, it }, cases, memorySubject(name, options), { tier: 'full', skips })
}
