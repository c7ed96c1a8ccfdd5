// What an author of the other ports types: each name comes from the package, none from its inside.
import { createPorts, createStore } from 'lading'
import type { Lading, StorePorts } from 'lading'
import { describeContract, runCase, transportCases, transportCapabilityNames, transportSubject } from 'lading/contract'
import type { ContractRunner, TransportHarness } from 'lading/contract'
import { LadingError, checkedMetadataStore, checkedTransport, decide } from 'lading/ports'
import type { BlobStore, ErrorCode, MetadataStore, ObjectStore, Transport, View } from 'lading/ports'

export function storeOver(driver: ObjectStore): Lading {
  const ports: StorePorts = createPorts(driver)
  return createStore(ports, { project: 'demo' })
}

export function storeOf(metadata: MetadataStore, blobs: BlobStore): Lading {
  return createStore({ metadata: checkedMetadataStore(metadata), blobs })
}

export function declareTransport(runner: ContractRunner, open: () => Promise<Transport>, probe: Transport): void {
  const harness: TransportHarness = {
    name: 'service',
    capabilities: transportCapabilityNames(checkedTransport(probe).capabilities),
    create: async () => ({ open, cleanup: async () => {} }),
  }
  const subject = transportSubject(harness)
  describeContract(runner, transportCases, subject, { tier: 'quick', skips: {}, repeat: (id) => `make ${id}` })
  void runCase(transportCases[0]!, subject, { seed: 1 })
}

export function refusal(view: View, command: Parameters<typeof decide>[1]): LadingError {
  const code: ErrorCode = 'INVALID'
  return new LadingError(code, { detail: decide(view, command).kind, next: 'see the rules' })
}
