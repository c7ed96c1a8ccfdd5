// @ts-check
import { describe, it } from 'node:test'
import { blobStoreCases, describeContract, metadataStoreCases } from 'lading/contract'
import skips from './skips.json' with { type: 'json' }
import { blobs, metadata } from './subjects.js'

describeContract({ describe, it }, metadataStoreCases, metadata, { tier: 'quick', skips })
describeContract({ describe, it }, blobStoreCases, blobs, { tier: 'quick', skips })
