import { describe, it } from 'vitest'
import { describeContract, objectStoreCases } from '../../src/contract/index.ts'
import { fsSubject } from './support/fs.ts'
import { skipsOf } from './support/skips.ts'

const skips = skipsOf('contract/fs', 'fs')
describeContract({ describe, it }, objectStoreCases, fsSubject('fs'), { tier: 'quick', skips })
