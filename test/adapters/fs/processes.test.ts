import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'

const WRITER = fileURLToPath(new URL('fixtures/racing-writer.ts', import.meta.url))

describe('many processes on one folder', () => {
  let root: string
  const children: ChildProcess[] = []
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lading-processes-'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await rm(root, { recursive: true })
  })

  const start = (name: string, mode: string): { child: ChildProcess; lines: AsyncIterable<string> } => {
    const child = spawn(process.execPath, [WRITER, root, name, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    return { child, lines: createInterface({ input: child.stdout }) }
  }

  test('let exactly one create a key', async () => {
    const names = ['a', 'b', 'c', 'd']

    const won = await Promise.all(names.map((name) => collect(start(name, '60').lines)))

    const store = createFsObjectStore({ root })
    expect(won.flat().toSorted()).toEqual(Array.from({ length: 60 }, (_, index) => `p/shared/${index}`).toSorted())
    for (const [index, keys] of won.entries()) {
      for (const key of keys) expect(await content(store, key)).toBe(names[index]!.repeat(1000))
    }
  })

  test('lose nothing that was acknowledged, and leave only temporary files, when they are killed', async () => {
    const { child, lines } = start('x', 'forever')
    const acknowledged: string[] = []
    for await (const key of lines) {
      acknowledged.push(key)
      if (acknowledged.length === 40) child.kill('SIGKILL')
    }

    const store = createFsObjectStore({ root })
    for (const key of acknowledged) expect(await content(store, key)).toBe('x'.repeat(1000))
    const { entries } = await store.list('', { depth: 'all', limit: 10_000 })
    const visible = entries.filter(({ key }) => !key.startsWith('staging/')).map(({ key }) => key)
    for (const key of visible) expect(await content(store, key)).toBe('x'.repeat(1000))
    expect(visible.length - acknowledged.length).toBeOneOf([0, 1])
  })
})

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

async function content(store: ReturnType<typeof createFsObjectStore>, key: string): Promise<string | null> {
  const found = await store.get(key, {})
  return found && Buffer.from(found.bytes).toString()
}
