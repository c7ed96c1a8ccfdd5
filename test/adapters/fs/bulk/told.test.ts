import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createFiles } from '../../../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../../../src/adapters/fs/index.ts'
import { temporaryFolder } from '../user-files-kit.ts'

it('a job ends, with nothing left behind, when what it tells of its progress throws', async () => {
  const root = temporaryFolder()
  const [path, store] = [join(root, 'large'), join(root, 'store')]
  const file = nodeFs.openSync(path, 'w')
  nodeFs.ftruncateSync(file, 1024 ** 3)
  nodeFs.closeSync(file)
  const driver = createFsObjectStore({ root: store, durability: 'none' })
  onTestFinished(() => driver.close())
  const { source } = await createFiles().file(path)
  const onBytes = () => {
    throw new Error('enough')
  }

  const ingested = driver.bulk.ingestAll([source.bulk!], { prefix: 'p/demo/blobs/', onBytes })

  await expect(ingested).rejects.toThrow('enough')
  expect(nodeFs.readdirSync(join(store, 'staging'))).toEqual([])
  expect(nodeFs.existsSync(join(store, 'p'))).toBe(false)
})
