import { createContainer, storeModules } from './container.ts'
import { startService } from './server.ts'

const PLACES = { experiments: './data/experiments', releases: './data/releases.db', audit: './audit.log' }

const service = await startService(createContainer(storeModules(PLACES), PLACES), Number(process.env['PORT'] ?? 8080))
console.log(`listening on ${service.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close())
