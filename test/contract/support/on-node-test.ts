import { describe, it } from 'node:test'
import { describeContract, objectStoreCases } from '../../../src/contract/index.ts'
import { memorySubject } from './memory.ts'
import { skipsOf } from './skips.ts'

/** The contract suite under the other runner; `test/contract/node-test.test.ts` runs it. */
const name = 'memory, native register'
const skips = skipsOf('contract/memory', name)
describeContract({ describe, it }, objectStoreCases, memorySubject(name, {}), { tier: 'quick', skips })
