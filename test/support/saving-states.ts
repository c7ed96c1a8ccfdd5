import { createStatCache } from '../../src/adapters/fs/stat-cache/stat-cache.ts'
import { sha256 } from '../../src/domain/digest.ts'

/** Saves many states of a folder over and over, and prints a line each time, until it is killed. */
export interface SavingTask {
  readonly folder: string
  /** Where they are kept. */
  readonly kept: string
  readonly count: number
}

const { folder, kept, count } = JSON.parse(process.argv[2]!) as SavingTask
const cache = createStatCache({ folder: async () => kept })
const state = { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: 1n, ctimeNs: 1n }
const digest = sha256('x')
for (;;) {
  const stats = await cache.open(folder)
  for (let index = 0; index < count; index++) stats.rememberRead(`${index}`, state, digest)
  await stats.save()
  console.log('saved')
}
