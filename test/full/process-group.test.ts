import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { runInGroup } from '../support/process-group.ts'

const options = { cwd: tmpdir(), path: [] }

it('answers what a command printed, and how it ended', async () => {
  const end = await runInGroup('sh', ['-c', 'echo out; echo err >&2; exit 3'], options)

  expect(end).toMatchObject({ ok: false, stdout: 'out\n', output: expect.stringContaining('err\n') })
})

it('fails a command that leaves a process behind, and ends that', async () => {
  // It holds the output open: as long as it lives, the call does not settle.
  const { ok, output } = await runInGroup('sh', ['-c', 'sleep 600 &'], options)

  expect({ ok, output }).toEqual({ ok: false, output: '\nit left a process running\n' })
})

it('stops a command that takes too long, with all that it started', async () => {
  const { ok, output } = await runInGroup('sh', ['-c', 'sleep 600 & sleep 600'], { ...options, seconds: 0.2 })

  expect({ ok, output }).toEqual({ ok: false, output: '\nstopped after 0.2 s\n' })
})

it('fails a command that there is none', async () => {
  const { ok, output } = await runInGroup('lading-no-such-command', [], options)

  expect({ ok, output }).toEqual({ ok: false, output: expect.stringContaining('ENOENT') })
})
