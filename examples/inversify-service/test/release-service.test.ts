import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import type { Container } from 'inversify'
import { Artifact } from 'lading'
import { TOKENS } from 'lading/inversify'
import { AuditLog } from '../src/audit-log.ts'
import { ReleaseService } from '../src/release-service.ts'
import { containerInMemory } from './containers.ts'

it('a release has the content of the experiment, and its digest', async (test) => {
  const { container } = await containerInMemory(test)
  const { digest } = await logExperiment(container, 'weights')

  const release = await container.get(ReleaseService).release('resnet')

  const releases = container.get(TOKENS.Lading, { name: 'releases' })
  const file = await (await releases.getArtifact('resnet:production')).file('weights.bin')
  assert.deepEqual(release, { version: 'v0', created: true, digest })
  assert.equal(await file.text(), 'weights')
})

it('the stores of one container know nothing of each other', async (test) => {
  const { container } = await containerInMemory(test)
  await logExperiment(container, 'weights')

  assert.deepEqual(await container.get(ReleaseService).list('resnet'), [])
})

it('every release is in the audit log', async (test) => {
  const { container, audit } = await containerInMemory(test)
  const { digest } = await logExperiment(container, 'weights')

  await container.get(ReleaseService).release('resnet')

  const line = JSON.parse(await readFile(audit, 'utf8')) as unknown
  assert.deepEqual(line, { from: 'models/resnet:v0', to: 'resnet:v0', digest })
})

it('a test replaces what it likes before it is first used: the clock of lading, and a class of ours', async (test) => {
  const { container } = await containerInMemory(test)
  const events: unknown[] = []
  const audit = { record: async (event: unknown) => void events.push(event) }
  const clock = { ...container.get(TOKENS.Clock), now: () => '2026-01-02T03:04:05.000Z' }
  container.rebind(AuditLog).toConstantValue(audit as unknown as AuditLog)
  container.rebind(TOKENS.Clock).toConstantValue(clock)
  await logExperiment(container, 'weights')

  await container.get(ReleaseService).release('resnet')

  const releases = container.get(TOKENS.Lading, { name: 'releases' })
  const { createdAt } = await releases.getArtifact('resnet')
  assert.deepEqual([createdAt, events.length], ['2026-01-02T03:04:05.000Z', 1])
})

async function logExperiment(container: Container, weights: string) {
  const experiments = container.get(TOKENS.Lading, { name: 'experiments' })
  const content = new TextEncoder().encode(weights)
  return experiments.save(new Artifact('resnet', { type: 'model' }).addFile(content, 'weights.bin'))
}
