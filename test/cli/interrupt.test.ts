import { once } from 'node:events'
import { mkdir, open, readdir, stat, truncate } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { abortOnInterrupt } from '../../src/cli/interrupt.ts'
import { Artifact, openStore } from '../../src/index.ts'
import { createWorkspace, finished } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** Sparse, so that it costs no disk; reading it takes longer than any test. */
const ENDLESS_BYTES = 64 * 1024 ** 3
/** Its download takes far longer than a signal. */
const LARGE_BYTES = 128 * 1024 ** 2

describe('Ctrl-C', () => {
  let workspace: Workspace

  beforeEach(async () => {
    workspace = await createWorkspace()
    await mkdir(workspace.path('data'))
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s in the middle of logging leaves nothing half done',
    async (signal) => {
      await makeSparse(workspace.path('data/weights.bin'), ENDLESS_BYTES)
      const child = workspace.start(['log', 'data', '--name', 'model'])
      await someBytesIn(workspace.path('.lading/staging'))

      child.kill(signal)
      const outcome = await finished(child)

      expect(outcome).toEqual({
        code: 130,
        stdout: '',
        stderr: 'lading: interrupted; run the same command again to go on\n',
      })
      expect(await readdir(workspace.path('.lading/staging'))).toEqual([])
      expect(await workspace.json(['ls'])).toEqual([])

      await truncate(workspace.path('data/weights.bin'), 1000)
      expect(await workspace.json(['log', 'data', '--name', 'model'])).toMatchObject({ version: 'v0', created: true })
      expect(await workspace.json(['verify'])).toMatchObject({ ok: true })
    },
  )

  it('in the middle of a download leaves no half file, and the next one completes it', async () => {
    await makeSparse(workspace.path('data/large.bin'), LARGE_BYTES)
    await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
    await lading.save(new Artifact('model').addDir(workspace.path('data')))
    const child = workspace.start(['get', 'model', '--root', 'copy'])
    await someBytesIn(workspace.path('copy'))

    child.kill('SIGINT')
    const outcome = await finished(child)

    expect(outcome).toMatchObject({ code: 130, stdout: '' })
    expect(await readdir(workspace.path('copy'))).toEqual([])
    expect(await workspace.json(['get', 'model', '--root', 'copy'])).toMatchObject({ written: ['large.bin'] })
  })

  it('a second time ends the process at once, and the store is as before', async () => {
    await makeSparse(workspace.path('data/weights.bin'), ENDLESS_BYTES)
    const child = workspace.start(['log', 'data', '--name', 'model'])
    await someBytesIn(workspace.path('.lading/staging'))

    child.kill('SIGINT')
    child.kill('SIGINT')
    const { code } = await finished(child)

    expect(code).toBe(130)
    expect(await workspace.json(['ls'])).toEqual([])
  })

  it('in the quickstart removes its folder', async () => {
    await mkdir(workspace.path('tmp'))
    const env = { TMPDIR: workspace.path('tmp'), TEMP: workspace.path('tmp') }
    const child = workspace.start([], { entry: 'start.ts', env })
    await once(child.stdout, 'data')

    child.kill('SIGINT')
    await finished(child)

    expect(await readdir(workspace.path('tmp'))).toEqual([])
  })
})

describe('a terminal that closes', () => {
  it('may say so several times: only a second Ctrl-C ends the work at once', () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const before = new Map(names.map((name) => [name, process.listeners(name)]))
    onTestFinished(() => {
      exit.mockRestore()
      for (const [name, kept] of before) {
        for (const each of process.listeners(name)) if (!kept.includes(each)) process.removeListener(name, each)
      }
    })

    const signal = abortOnInterrupt()
    process.emit('SIGHUP', 'SIGHUP')
    process.emit('SIGHUP', 'SIGHUP')
    expect([signal.aborted, exit.mock.calls]).toEqual([true, []])

    process.emit('SIGINT', 'SIGINT')
    expect(exit.mock.calls).toEqual([[130]])
  })
})

async function makeSparse(path: string, sizeBytes: number): Promise<void> {
  await using file = await open(path, 'w')
  await file.truncate(sizeBytes)
}

/** Waits until a file below a folder has bytes: the work is in its middle. */
async function someBytesIn(folder: string): Promise<void> {
  for (;;) {
    const names = await readdir(folder, { recursive: true }).catch(() => [])
    const sizes = names.map(async (name) => (await stat(`${folder}/${name}`).catch(() => null))?.size ?? 0)
    if ((await Promise.all(sizes)).some((size) => size > 0)) return
    await pause(5)
  }
}
