import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createFileReferences } from '../../../src/adapters/fs/file-references.ts'
import { errno, fsWith, pattern, plant, readAll, temporaryFolder } from './user-files-kit.ts'

function createFile(content: string | Uint8Array) {
  const folder = temporaryFolder()
  plant(folder, { f: content })
  return { path: join(folder, 'f'), uri: pathToFileURL(join(folder, 'f')).href }
}

async function readUri(uri: string, handler = createFileReferences(), options = {}): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0)
  await handler.read(uri, async ({ chunks }) => void (bytes = await readAll(chunks)), options)
  return bytes
}

describe('a reference to a file', () => {
  it('has its size, its bytes and no etag', async () => {
    const { uri } = createFile(pattern(3_000_000))
    const facts: unknown[] = []

    await createFileReferences().read(uri, async ({ sizeBytes, etag }) => void facts.push(sizeBytes, etag), {})

    expect(facts).toEqual([3_000_000, null])
    expect((await readUri(uri)).equals(pattern(3_000_000))).toBe(true)
  })

  it('is UNAUTHORIZED when the file may not be read', async () => {
    const { uri } = createFile('x')
    const handler = createFileReferences(fsWith({ open: () => Promise.reject(errno('EACCES')) }))
    await expect(readUri(uri, handler)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  it('is CONFLICT when the file grows while it is read', async () => {
    const { uri, path } = createFile(pattern(3_000_000))
    const reading = createFileReferences().read(
      uri,
      async ({ chunks }) => {
        for await (const chunk of chunks) appendFileSync(path, `${chunk.length}`)
      },
      {},
    )
    await expect(reading).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('stops when the signal fires', async () => {
    const { uri } = createFile('x')
    const options = { signal: AbortSignal.abort() }
    await expect(readUri(uri, createFileReferences(), options)).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it.skipIf(process.platform === 'win32')('to a folder or a FIFO is INVALID, and opens neither', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'd'))
    spawnSync('mkfifo', [join(folder, 'fifo')])
    for (const [name, kind] of [
      ['d', 'a folder'],
      ['fifo', 'a FIFO'],
    ] as const) {
      const uri = pathToFileURL(join(folder, name)).href
      await expect(readUri(uri)).rejects.toMatchObject({ code: 'INVALID', detail: `it is ${kind}` })
    }
  })
})
