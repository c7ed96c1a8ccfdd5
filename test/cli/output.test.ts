import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

describe('output', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
    // More than a pipe holds, so that the reader's end is noticed.
    const metadata = { notes: 'n'.repeat(500_000) }
    await lading.save(new Artifact('large', { metadata }).addFile(Uint8Array.of(1), 'file'))
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  it('ends quietly when the reader of a pipe has gone', async () => {
    const child = workspace.start(['show', 'large', '--json'])
    child.stdout.destroy()

    const stderr = await new Promise<string>((resolve) => {
      let text = ''
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      child.on('close', (code) => resolve(`${code} ${text}`))
    })

    expect(stderr).toBe('0 ')
  })

  it('has no colours in a pipe', async () => {
    expect((await workspace.lading(['ls'])).stdout).not.toContain('\u001b')
  })

  it('has colours with FORCE_COLOR, and none in JSON', async () => {
    const env = { FORCE_COLOR: '1' }

    expect((await workspace.lading(['ls'], { env })).stdout).toContain('\u001b[2mNAME')
    expect((await workspace.lading(['show', 'nothing'], { env })).stderr).toContain('\u001b[31mlading:')
    expect((await workspace.lading(['ls', '--json'], { env })).stdout).not.toContain('\u001b')
  })

  it('has no colours with NO_COLOR', async () => {
    expect((await workspace.lading(['ls'], { env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
  })

  it('prints help and version on stdout, and usage on stderr', async () => {
    expect(await workspace.lading(['--help'])).toMatchObject({ code: 0, stderr: '' })
    expect((await workspace.lading(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await workspace.lading([])).toMatchObject({ code: 2, stdout: '' })
  })
})
