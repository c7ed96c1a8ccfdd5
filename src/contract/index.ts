/**
 * The contract suite, as data: the duties of every port, as cases that run under vitest, node:test or a runner of your own.
 *
 * Choose the cases of your port, make a subject of your adapter, and hand both to `describeContract`.
 *
 * @packageDocumentation
 */

export { describeContract, missingCapabilities, runCase } from './bind.ts'
export type { ContractOptions, ContractRunner } from './bind.ts'
export type { CaseFacts, CaseTools, ContractCase, ContractSubject, PreparedCase, Tier } from './case.ts'
export { ContractFailure } from './check.ts'
export type { Check } from './check.ts'
export { runChildTask } from './child-task.ts'
export type { ChildRun, ChildTask } from './child-task.ts'
export type { RunnerTest } from './repeat.ts'

export type { TestPlaces, TestSources } from './bulk-material.ts'

export { objectStoreCases } from './object-store.ts'
export { capabilityNames, objectStoreSubject } from './object-store/context.ts'
export type { ObjectStoreCase, ObjectStoreContext, ObjectStoreHarness } from './object-store/context.ts'

export { blobStoreCases } from './blob-store.ts'
export { blobCapabilityNames, blobStoreSubject } from './blob-store/context.ts'
export type { BlobStoreCase, BlobStoreContext, BlobStoreHarness, TestBlob } from './blob-store/context.ts'

export { metadataStoreCases } from './metadata-store.ts'
export { metadataCapabilityNames, metadataStoreSubject } from './metadata-store/context.ts'
export type {
  HandleOptions,
  MetadataStoreCase,
  MetadataStoreContext,
  MetadataStoreHarness,
} from './metadata-store/context.ts'
export type { ArtifactHandle, CommandAnswer, CommandFields } from './metadata-store/commands.ts'

export { transportCases } from './transport.ts'
export { transportCapabilityNames, transportSubject } from './transport/context.ts'
export type { TestFiles, TransportCase, TransportContext, TransportHarness } from './transport/context.ts'

export { withFaults } from './faults/with-faults.ts'
export type { FaultOptions, FaultyObjectStore } from './faults/with-faults.ts'
export type { FaultCounts, FaultKind, FaultOperation, FaultRule } from './faults/plan.ts'

export { OperationHistory } from './history/history.ts'
export type { HistoryOperation, OperationOutcome } from './history/history.ts'
export { checkLinearizability } from './history/linearizability.ts'
export type { SequentialObject, LinearizabilityVerdict } from './history/linearizability.ts'
export { assertLinearizable } from './history/assert-linearizable.ts'
export type { HistoryWording } from './history/assert-linearizable.ts'
