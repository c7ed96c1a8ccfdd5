import { describe, it } from 'vitest'
import { describeContract, objectStoreCases } from '../../src/contract/index.ts'
import { fsSubject } from '../contract/support/fs.ts'
import { skipsOf } from '../contract/support/skips.ts'

// The quick tier is part of `npm test`.
const cases = objectStoreCases.filter(({ tier }) => tier === 'full')

describeContract({ describe, it }, cases, fsSubject('fs'), { tier: 'full', skips: skipsOf('full/contract-fs', 'fs') })
