import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import { storeAbove } from '../../src/cli/store-above.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const encoder = new TextEncoder()

/** Arguments, exit code, and what stderr must say: what is wrong, and what to do. */
type Case = readonly [args: readonly string[], code: number, says: string]

const CASES: readonly Case[] = [
  [['shwo', 'resnet'], 2, "unknown command 'shwo'\n  did you mean show?"],
  [['ls', '--jsn'], 2, "unknown option '--jsn'\n  did you mean --json?"],
  [['alias', 'mv', 'resnet', 'prod'], 2, "unknown command 'mv'"],
  [['log'], 2, "missing required argument 'path'\n  see lading log --help"],
  [['alias', 'set', 'resnet'], 2, "missing required argument 'alias'\n  see lading alias set --help"],
  [['log', 'a', 'b'], 2, 'several paths need a name (INVALID)\n  add --name NAME'],
  [['log', 'file', '--name', 'a b'], 2, '"a b" must match'],
  [['log', 'file', '--name', 'a/b/c'], 2, '"a/b/c"'],
  [['log', 'file', '--metadata', '{'], 2, '--metadata: no valid JSON at line 1, column 2'],
  [['log', 'file', '--metadata', '@nowhere'], 3, '--metadata @nowhere: there is no such file'],
  [['log', 'file', '--alias', 'v1'], 2, 'alias "v1" is reserved for versions'],
  [['log', 'nowhere', '--name', 'x'], 3, 'nowhere: there is no such file or folder'],
  [['log', 'empty', '--name', 'x'], 2, 'the artifact has no entries'],
  [['log', 'linked', '--name', 'x'], 2, 'linked/link: this symbolic link leads out of the folder'],
  [['log', 'file', '--name', 'resnet', '--type', 'dataset'], 4, 'the artifact has type "model", not "dataset"'],
  [['log', 'file', '--name', 'x', '--run', '../y'], 2, 'run id "../y" must match'],
  [['show', 'resnett'], 3, 'no artifact resnett in project default (NOT_FOUND)\n  did you mean resnet?'],
  [['get', 'resnet:prdo'], 3, 'no such alias (NOT_FOUND)\n  did you mean resnet:prod?'],
  [['get', 'resnet:v7'], 3, 'list its versions with `lading ls resnet`'],
  [['get', 'resnet:v01'], 2, 'v01'],
  [['get', 'resnet', '--include', '*.none'], 3, 'no file of the version matches *.none'],
  [['get', 'resnet', '--root', 'file'], 4, 'it is a file where a folder is needed'],
  [['use', 'resnet', '--type', 'dataset'], 4, 'the version has type "model", not "dataset"'],
  [['use', 'nothing', '--run', 'left-behind'], 3, 'no artifact nothing'],
  [['ls', 'resnet:v0'], 2, 'takes the name of an artifact'],
  [['ls', 'defalt/resnet'], 3, 'but there is a project default'],
  [['alias', 'set', 'resnet', 'latest'], 2, 'alias "latest" is kept by lading'],
  [['alias', 'set', 'resnet', 'best', '--expect', '3'], 2, 'It must be a version such as v3, or none.'],
  [['alias', 'set', 'resnet', 'prod', '--expect', 'none'], 4, 'found v0'],
  [['lineage', 'resnet', '--depth', '-1'], 2, '--depth'],
  [['verify', '--dir', 'empty'], 2, 'a folder is compared with one version'],
  [['ls', '--store', 'gopher://x'], 2, 'no adapter for gopher:'],
  [['ls', '--store', ''], 2, 'the store URL is empty'],
  [['ls', '--project', '..'], 2, 'project name ".." must match'],
  [['ls', '--store', 'file'], 2, 'file'],
]

describe('bad input', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    await workspace.write('file', 'content')
    await mkdir(workspace.path('empty'))
    await mkdir(workspace.path('linked'))
    await symlink(workspace.path('file'), workspace.path('linked', 'link'))
    await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
    const resnet = new Artifact('resnet', { type: 'model' }).addFile(encoder.encode('weights'), 'weights.bin')
    await lading.save(resnet, { aliases: ['prod'] })
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  it.each(CASES)('lading %j ends with %i', async (args, code, says) => {
    const before = await contentsOf(workspace)

    const outcome = await workspace.play(args)

    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(says)
    expect(outcome.stderr).toMatch(/^lading: .+\n( {2}.+\n)?$/)
    expect(await contentsOf(workspace)).toEqual(before)
  })

  it.each([['shwo'], ['help', 'shwo'], ['shwo', '--help']])(
    'lading %s %s names the nearest command',
    async (...args) => {
      const outcome = await workspace.lading(args)

      expect(outcome).toMatchObject({ code: 2, stdout: '' })
      expect(outcome.stderr).toContain("unknown command 'shwo'\n  did you mean show?")
    },
  )

  it('refuses a store of a newer format with 8', async () => {
    await workspace.write('newer/lading.json', '{"format":99,"minReader":99,"storeId":"from-the-future"}')

    const outcome = await workspace.play(['ls', '--store', 'newer'])

    expect(outcome).toMatchObject({ code: 8, stdout: '' })
  })

  it('names the store of a folder above, to whoever works below it', async () => {
    const below = workspace.path('empty')

    expect([storeAbove('./.lading', below), storeAbove('./models', below)]).toEqual([join('..', '.lading'), null])
    expect(storeAbove('./.lading', workspace.path('empty', 'er'))).toBe(join('..', '..', '.lading'))
  })

  it('prints the stack of an error only with LADING_DEBUG', async () => {
    const quiet = await workspace.play(['show', 'nothing'])
    const loud = await workspace.play(['show', 'nothing'], { env: { LADING_DEBUG: '1' } })

    expect(quiet.stderr).not.toMatch(/^ +at /m)
    expect(loud.stderr).toMatch(/^ +at /m)
  })

  it('shows what a terminal would act on, and does not send it', async () => {
    const { stderr } = await workspace.play(['show', 'x', '--project', 'a\u001b[2Jb'])

    expect(stderr).not.toContain('\u001b')
  })
})

/** Every path below the workspace: a refused command leaves nothing behind. */
async function contentsOf({ folder }: Workspace): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}
