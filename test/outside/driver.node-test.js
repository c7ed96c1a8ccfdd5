// @ts-check
import { describe, it } from 'node:test'
import { describeContract, objectStoreCases } from 'lading/contract'
import skips from './skips.json' with { type: 'json' }
import { driver } from './subjects.js'

describeContract({ describe, it }, objectStoreCases, driver, { tier: 'quick', skips })
