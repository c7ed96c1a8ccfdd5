import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Container } from 'inversify'
import { memoryModule } from 'lading/inversify'
import { createContainer } from '../src/container.ts'

/** The container of the service with stores in memory instead. Closed, and its audit file removed, when the test is over. */
export async function containerInMemory(test: TestContext): Promise<{ container: Container; audit: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'release-service-'))
  const audit = join(folder, 'audit.log')
  const stores = ['experiments', 'releases'].map((name) => memoryModule({ name, project: 'models' }))
  const container = createContainer(stores, { audit })
  test.after(async () => {
    await container.unbindAllAsync()
    await rm(folder, { recursive: true })
  })
  return { container, audit }
}
