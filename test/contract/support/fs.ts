import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { capabilityNames, objectStoreSubject } from '../../../src/contract/index.ts'
import type { ChildRun } from '../../../src/contract/index.ts'
import { spawnTask } from './spawn.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** The fs driver on a temporary folder for each case, with other processes on the same folder. */
export function fsSubject(name: string) {
  return objectStoreSubject({
    name,
    capabilities: [...capabilityNames(createFsObjectStore({ root: tmpdir() }).capabilities), 'spawn'],
    async create() {
      const root = await mkdtemp(join(tmpdir(), 'lading-contract-'))
      const runs: ChildRun[] = []
      return {
        open: async () => createFsObjectStore({ root }),
        spawn(task) {
          const run = spawnTask(CHILD, root, task)
          runs.push(run)
          return run
        },
        async cleanup() {
          await Promise.all(runs.map((run) => run.kill()))
          await rm(root, { recursive: true, force: true })
        },
      }
    },
  })
}
