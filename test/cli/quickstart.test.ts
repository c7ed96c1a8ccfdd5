import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

describe('npm start', () => {
  let workspace: Workspace
  let env: Record<string, string>

  beforeEach(async () => {
    workspace = await createWorkspace()
    await workspace.write('tmp/.keep', '')
    env = { TMPDIR: workspace.path('tmp'), TEMP: workspace.path('tmp') }
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  it('plays the main job and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await workspace.lading([], { entry: 'start.ts', env })

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const result of [
      '✓ demo/resnet:v0  latest',
      '= demo/resnet:v0 has this content already',
      '✓ demo/resnet:v1  candidate, latest',
      'prod       v1',
      '5 files compared with the manifest, 0 differ',
      'run train-1',
      'demo/scores:v0',
    ]) {
      expect(stdout).toContain(result)
    }
    expect(await readdir(workspace.path('tmp'))).toEqual(['.keep'])
  })

  it('fits 80 columns', async () => {
    const { stdout } = await workspace.lading([], { entry: 'start.ts', env: { ...env, TMPDIR: '/tmp' } })

    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })

  it('keeps the folder when asked, with a store that the CLI reads', async () => {
    const { code, stdout } = await workspace.lading(['--keep'], { entry: 'start.ts', env })

    expect(code).toBe(0)
    const command = /npm start -- (?<args>ls --store .*)/.exec(stdout)?.groups?.['args']
    const { stdout: listing } = await workspace.lading(command?.split(' ') ?? [], { entry: 'start.ts' })
    expect(listing).toMatch(/^resnet +model +2 +v1/m)
  })

  it('shows the code that it runs', async () => {
    const source = await readFile(new URL('../../src/cli/quickstart-steps.ts', import.meta.url), 'utf8')
    const lines = source.split('\n').map((line) => line.trim())
    const shown = [...source.matchAll(/stage\.code\(`\n([^`]*)`\)/g)].flatMap(([, code]) => code!.split('\n'))

    expect(shown.length).toBeGreaterThan(20)
    const executed = (line: string) => lines.filter((other) => other.replace(/`\)$/, '') === line).length >= 2
    const code = shown.map((line) => line.trim()).filter((line) => !line.startsWith('import '))
    expect(code.filter((line) => !executed(line))).toEqual([])
  })
})
