import { spawn, spawnSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import { cleanEnvironment, createWorkspace, finished } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** As an interactive shell would, but for the key: bash tells the function the line and where the cursor is. */
const BASH = `
  lading() { "$NODE" "$MAIN" "$@"; }
  source <(lading completion bash)
  for line in "$@"; do
    COMP_LINE="$line" COMP_POINT=\${#line} COMPREPLY=()
    __lading_complete
    printf '%s|' "\${COMPREPLY[@]}"
    echo
  done`

/** With stand-ins for what only an interactive zsh has. */
const ZSH = `
  lading() { "$NODE" "$MAIN" "$@"; }
  compdef() { : }
  compset() { : }
  _files() { print -r -- files }
  _describe() { print -rl -- "\${(@P)2}" }
  source <(lading completion zsh)
  for line in "$@"; do
    words=(\${(z)line}) CURRENT=\${#words} PREFIX=\${words[-1]}
    _lading
  done`

/** What a shell would run, were it put into a line as it is. */
const TRAP = 'x$(touch pwned)'

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version'], { stdio: 'ignore' }).status === 0
}

describe('completion', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
    await lading.save(new Artifact('resnet').addFile(Uint8Array.of(1), 'a'), { aliases: ['prod'] })
    await lading.init({ id: 'train-1' })
    await lading.save(new Artifact('resnext').addFile(Uint8Array.of(1), 'a').addFile(Uint8Array.of(2), TRAP))
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  const answers = async (...words: string[]) => {
    const { code, stdout, stderr } = await workspace.play(['complete', '--', ...words])
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.trimEnd().split('\n')
    return { words: lines.slice(0, -1).map((line) => line.split('\t')[0]), directive: lines.at(-1) }
  }

  it('in a real bash completes commands, flags, names and refs', async () => {
    const lines = [
      'lading verif',
      'lading get resnet:p',
      'lading --store=.lading --project=default show ',
      'lading log ',
      'lading ls $(touch pwned)',
      'lading cat resnext x',
    ]
    const env = cleanEnvironment({ NODE: process.execPath, MAIN })
    const child = spawn('bash', ['--norc', '-c', BASH, 'bash', ...lines], {
      cwd: workspace.folder,
      env,
    })

    const { code, stdout, stderr } = await finished(child)

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n')).toEqual([
      'verify|',
      'prod|',
      'resnet|resnext|',
      '|',
      '|',
      'x\\$\\(touch\\ pwned\\)|',
      '',
    ])
    expect(await readdir(workspace.folder)).toEqual(['.lading'])
  })

  it('prints a script that the shell accepts, if it is here, and none for a shell that it does not know', async () => {
    const { code, stdout } = await workspace.lading(['completion', 'zsh'])

    expect([code, stdout]).toEqual([0, expect.stringContaining('#compdef lading') as string])
    if (isInstalled('zsh')) expect(spawnSync('zsh', ['-n'], { input: stdout }).status).toBe(0)
    expect(await workspace.lading(['completion', 'tcsh'])).toMatchObject({ code: 2 })
  })

  it('in a real zsh, if it is here, runs nothing of what was typed or is offered', async () => {
    if (!isInstalled('zsh')) return
    const lines = ['lading verif', 'lading show --$(touch pwned)=', 'lading cat resnext x', 'lading log p']
    const env = cleanEnvironment({ NODE: process.execPath, MAIN })
    const child = spawn('zsh', ['-f', '-c', ZSH, 'zsh', ...lines], { cwd: workspace.folder, env })

    const { code, stdout, stderr } = await finished(child)

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').map((line) => line.split(':')[0])).toEqual(['verify', TRAP, 'files', ''])
    expect(await readdir(workspace.folder)).toEqual(['.lading'])
  })

  it.each(['bash', 'zsh', 'fish', 'powershell'])('gives %s a script that evaluates no text', async (shell) => {
    const { stdout } = await workspace.lading(['completion', shell])

    const code = stdout.split('\n').filter((line) => !line.trimStart().startsWith('#'))
    expect(code.length).toBeGreaterThan(5)
    expect(code.filter((line) => /\beval\b|Invoke-Expression|\biex\b/i.test(line))).toEqual([])
  })

  it('gives PowerShell a script that passes words on one by one, and only plain ones', async () => {
    const { stdout } = await workspace.play(['completion', 'powershell'])

    expect(stdout).toContain(`& lading complete '--' @words`)
    const plain = new RegExp(/-notmatch '(?<plain>.*)\\z'/.exec(stdout)!.groups!['plain']! + '$', 'u')
    for (const word of ['', 'get', '--store=C:\\my models\\a', 'team/résumé:v3', 'model@ab12']) {
      expect(word).toMatch(plain)
    }
    for (const word of ['a&calc', '’; calc; ’', '$(calc)', '`calc`', '"', "'", '%PATH%', 'a|b', 'a^b', 'a\nb']) {
      expect(word).not.toMatch(plain)
    }
    expect(stdout).toContain('EscapeSingleQuotedStringContent($value)')
  })

  it('offers what a position takes: refs, projects, choices, or files', async () => {
    expect(await answers('alias', 'set', 'resnet:')).toEqual({
      words: ['resnet:latest', 'resnet:prod', 'resnet:v0'],
      directive: ':4',
    })
    expect(await answers('get', '--help')).toEqual({ words: ['--help'], directive: ':4' })
    expect(await answers('--project', '')).toEqual({ words: ['default'], directive: ':4' })
    expect(await answers('get', 'resnet', '--root', '')).toEqual({ words: [], directive: ':0' })
  })

  it('offers runs, paths of the version, and aliases of the artifact, where one of these follows', async () => {
    expect(await answers('use', 'resnet', '--run', 't')).toEqual({ words: ['train-1'], directive: ':4' })
    expect(await answers('runs', '')).toEqual({ words: ['train-1'], directive: ':4' })
    expect(await answers('cat', 'resnet:v0', '')).toEqual({ words: ['a'], directive: ':4' })
    expect(await answers('alias', 'rm', 'resnet', '')).toEqual({ words: ['prod'], directive: ':4' })
    expect(await answers('alias', 'set', 'nothing', '')).toEqual({ words: [], directive: ':4' })
  })

  it('fails silently where the store cannot be opened', async () => {
    expect(await answers('get', '--store', 'gopher:x', '')).toEqual({ words: [], directive: ':4' })
  })

  it('runs no code of a configuration', async () => {
    await using other = await createWorkspace()
    await other.write('package.json', '{"type":"module"}')
    await other.write('lading.config.mjs', 'process.stdout.write("ran")')

    expect((await other.lading(['complete', '--', 'get', ''])).stdout).toBe(':4\n')
  })
})
