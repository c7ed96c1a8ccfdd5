import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { capabilityNames, objectStoreSubject } from '../../../src/contract/index.ts'
import type { ChildRun, TestPlaces, TestSources } from '../../../src/contract/index.ts'
import { spawnTask } from './spawn.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** The fs driver on a temporary folder for each case, with other processes on the same folder, and with files of the user. */
export function fsSubject(name: string) {
  return objectStoreSubject({
    name,
    capabilities: [
      ...capabilityNames(createFsObjectStore({ root: tmpdir() }).capabilities),
      'spawn',
      'sources',
      'places',
    ],
    async create() {
      const [root, user] = [await temporaryFolder(), await temporaryFolder()]
      const runs: ChildRun[] = []
      return {
        open: async () => createFsObjectStore({ root }),
        spawn(task) {
          const run = spawnTask(CHILD, root, task)
          runs.push(run)
          return run
        },
        sources: async (contents) => fileSources(await mkdtemp(join(user, 'sources-')), contents),
        places: async (count) => filePlaces(await mkdtemp(join(user, 'places-')), count),
        async cleanup() {
          await Promise.all(runs.map((run) => run.kill()))
          for (const folder of [root, user]) await rm(folder, { recursive: true, force: true })
        },
      }
    },
  })
}

/** Places of files in a target folder, in several folders of it. */
export async function filePlaces(folder: string, count: number): Promise<TestPlaces> {
  const paths = Array.from({ length: count }, (_, index) => `d${index % 3}/${index}`)
  const places = await createFiles().target(folder).places(paths, {})
  return {
    maker: places.maker,
    places: paths.map((_, index) => places.of(index)),
    async read(index) {
      const found = await readFile(join(folder, paths[index]!)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
      return found && new Uint8Array(found)
    },
  }
}

/** Files of the user with these contents. */
async function fileSources(folder: string, contents: readonly Uint8Array[]): Promise<TestSources> {
  const pathOf = (index: number) => join(folder, String(index))
  const found = contents.map(async (bytes, index) => {
    await writeFile(pathOf(index), bytes)
    return (await createFiles().file(pathOf(index))).source.bulk!
  })
  return {
    sources: await Promise.all(found),
    change: (index, bytes) => (bytes ? writeFile(pathOf(index), bytes) : rm(pathOf(index))),
  }
}

function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'lading-contract-'))
}
