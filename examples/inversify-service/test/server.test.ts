import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { it } from 'node:test'
import { Artifact } from 'lading'
import { TOKENS } from 'lading/inversify'
import { AuditLog } from '../src/audit-log.ts'
import { startService } from '../src/server.ts'
import { containerInMemory } from './containers.ts'

it('what is not there is 404, and what makes no sense is 400', async (test) => {
  const { container } = await containerInMemory(test)
  const service = await startService(container, 0)
  test.after(() => service.close())

  const statuses = []
  for (const ref of ['resnet:v7', 'resnet:v01', '']) {
    const response = await fetch(`${service.url}/releases?ref=${ref}`, { method: 'POST' })
    await response.text()
    statuses.push(response.status)
  }

  assert.deepEqual(statuses, [404, 400, 400])
})

it('a service that is closed answers what was asked before, then closes its stores', async (test) => {
  const { container } = await containerInMemory(test)
  const underWay = new EventEmitter()
  const audit = { record: async () => void underWay.emit('record') }
  container.rebind(AuditLog).toConstantValue(audit as unknown as AuditLog)
  const experiments = container.get(TOKENS.Lading, { name: 'experiments' })
  const releases = container.get(TOKENS.Lading, { name: 'releases' })
  await experiments.save(new Artifact('resnet').addFile(new TextEncoder().encode('weights'), 'weights.bin'))
  const service = await startService(container, 0)

  const recorded = once(underWay, 'record')
  const asked = fetch(`${service.url}/releases?ref=resnet`, { method: 'POST' })
  await recorded
  const [response] = await Promise.all([asked, service.close()])

  assert.equal(response.status, 201)
  await assert.rejects(experiments.getArtifact('resnet'), { code: 'CLOSED' })
  await assert.rejects(releases.getArtifact('resnet'), { code: 'CLOSED' })
})
