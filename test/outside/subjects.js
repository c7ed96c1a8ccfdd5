// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPorts } from 'lading'
import {
  blobCapabilityNames,
  blobStoreSubject,
  capabilityNames,
  metadataCapabilityNames,
  metadataStoreSubject,
  objectStoreSubject,
} from 'lading/contract'
import { createAdapter } from './adapter.js'

const probe = createAdapter('nowhere')
const ports = createPorts(probe)

/** A folder for each case, which goes when the case is over. */
async function caseFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'lading-outside-case-'))
  return { folder, cleanup: () => rm(folder, { recursive: true, force: true }) }
}

export const driver = objectStoreSubject({
  name: 'folder',
  capabilities: capabilityNames(probe.capabilities),
  async create() {
    const { folder, cleanup } = await caseFolder()
    return { open: async () => createAdapter(folder), cleanup }
  },
})

export const metadata = metadataStoreSubject({
  name: 'folder, MetadataStore',
  capabilities: metadataCapabilityNames(ports.metadata.capabilities),
  async create() {
    const { folder, cleanup } = await caseFolder()
    return { open: async (options) => createPorts(createAdapter(folder), options).metadata, cleanup }
  },
})

export const blobs = blobStoreSubject({
  name: 'folder, BlobStore',
  capabilities: blobCapabilityNames(ports.blobs.capabilities),
  async create() {
    const { folder, cleanup } = await caseFolder()
    return { open: async () => createPorts(createAdapter(folder)).blobs, cleanup }
  },
})
