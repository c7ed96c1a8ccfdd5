// @ts-check
import { blobStoreCases, describeContract, metadataStoreCases } from 'lading/contract'
import { describe, it } from 'vitest'
import skips from './skips.json' with { type: 'json' }
import { blobs, metadata } from './subjects.js'

describeContract({ describe, it }, metadataStoreCases, metadata, { tier: 'quick', skips })
describeContract({ describe, it }, blobStoreCases, blobs, { tier: 'quick', skips })
