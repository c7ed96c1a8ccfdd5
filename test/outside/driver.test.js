// @ts-check
import { describeContract, objectStoreCases } from 'lading/contract'
import { describe, it } from 'vitest'
import skips from './skips.json' with { type: 'json' }
import { driver } from './subjects.js'

describeContract({ describe, it }, objectStoreCases, driver, { tier: 'quick', skips })
