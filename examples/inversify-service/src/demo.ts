// The service, and somebody who uses it, in one process: `npm start`. `npm run serve` is the service alone.
import { Artifact } from 'lading'
import { TOKENS } from 'lading/inversify'
import { createContainer, storeModules } from './container.ts'
import { startService } from './server.ts'

const PLACES = { experiments: './data/experiments', releases: './data/releases.db', audit: './audit.log' }

const container = createContainer(storeModules(PLACES), PLACES)
const service = await startService(container, 0)
try {
  const experiments = container.get(TOKENS.Lading, { name: 'experiments' })
  const model = new Artifact('resnet', { type: 'model' }).addFile(new TextEncoder().encode('weights'), 'weights.bin')
  const { version, created } = await experiments.save(model)
  console.log(`experiments: resnet:${version}, ${created ? 'new' : 'known'}`)

  await show('POST', '/releases?ref=resnet:v0')
  await show('POST', '/releases?ref=resnet:v0')
  await show('POST', '/releases?ref=resnet:v7')
  await show('GET', '/releases/resnet')
} finally {
  await service.close()
}
console.log('closed')

async function show(method: string, path: string): Promise<void> {
  const response = await fetch(`${service.url}${path}`, { method })
  console.log(`${method} ${path}: ${response.status} ${await response.text()}`)
}
