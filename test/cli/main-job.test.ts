import { chmod, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** Every command of the main job, in order, in one workspace: each test goes on from the one before. */
describe('the main job', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    await workspace.write('model/weights.bin', new Uint8Array(100_000).fill(7))
    await workspace.write('model/config.json', '{"layers":50}')
    await workspace.write('model/vocab/ünïcode.txt', 'ship\n')
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  /** Compares what a command prints with --json with its golden file, times and the folder made equal. */
  async function expectGolden(name: string, args: readonly string[]): Promise<void> {
    const text = JSON.stringify(await workspace.json(args), null, 2)
      .replaceAll(/"\d{4}-[\d-]+T[\d:.]+Z"/g, '"<time>"')
      .replaceAll(JSON.stringify(workspace.folder).slice(1, -1), '<folder>')
    await expect(`${text}\n`).toMatchFileSnapshot(`../golden/cli/${name}.json`)
  }

  it('lists nothing where nothing was logged, and makes no store', async () => {
    const { code, stdout, stderr } = await workspace.lading(['ls'])

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('lading log PATH')
    expect(await workspace.json(['ls'])).toEqual([])
    await expect(readFile(workspace.path('.lading', 'lading.json'))).rejects.toThrow('ENOENT')
  })

  it('logs a folder as v0', async () => {
    const metadata = '{"accuracy": 0.91}'
    await workspace.write('metadata.json', metadata)

    const facts = ['--metadata', '@metadata.json', '--description', 'a model']
    const log = ['log', 'model', '--name', 'resnet', '--type', 'model', '--alias', 'candidate', '--run', 'train-1']
    await expectGolden('log', [...log, ...facts])
  })

  it('logs into the project in front of the name', async () => {
    const args = ['log', 'model/config.json', '--name', 'other/config', '--run', 'train-1']

    expect(await workspace.json(args)).toMatchObject({ ref: 'other/config:v0', run: 'train-1' })
    expect((await workspace.play(['rm', '--all', '--project', 'other', '--yes'])).code).toBe(0)
  })

  it('answers v0 for the same content', async () => {
    const { code, stdout } = await workspace.lading(['log', 'model', '--name', 'resnet', '--type', 'model'])

    expect(code).toBe(0)
    expect(stdout).toMatch(/^= default\/resnet:v0 has this content already {2}candidate, latest\n/)
  })

  it('logs a changed file as v1, without what is excluded', async () => {
    await workspace.write('model/config.json', '{"layers":101}')
    await workspace.write('model/.cache/junk', 'junk')

    const args = ['log', 'model', '--name', 'resnet', '--type', 'model', '--exclude', '.cache/**']
    expect(await workspace.json(args)).toMatchObject({ version: 'v1', created: true, fileCount: 3 })
  })

  it('moves an alias, and only if it is where it is expected', async () => {
    await expectGolden('alias-set', ['alias', 'set', 'resnet:v0', 'prod', '--expect', 'none'])
    expect(await workspace.json(['alias', 'set', 'resnet', 'prod', '--expect', 'v0'])).toMatchObject({ version: 'v1' })

    const loser = await workspace.play(['alias', 'set', 'resnet:v0', 'prod', '--expect', 'v0'])

    expect(loser.code).toBe(4)
    expect(loser.stderr).toContain('expected v0, found v1')
  })

  it('uses a version from a run, downloads it, and finds it intact', async () => {
    await expectGolden('use', ['use', 'resnet:prod', '--run', 'eval-1', '--type', 'model'])
    await expectGolden('get', ['get', 'resnet:prod', '--root', 'copy'])
    expect(await workspace.json(['get', 'resnet:prod', '--root', 'copy'])).toMatchObject({ written: [], bytes: 0 })
    await expectGolden('verify', ['verify', 'resnet:prod', '--dir', 'copy'])

    expect(await readFile(workspace.path('copy/vocab/ünïcode.txt'), 'utf8')).toBe('ship\n')
  })

  it('prints artifacts, versions, aliases, history and lineage', async () => {
    await workspace.write('scores.json', '{"accuracy":0.91}')
    await workspace.json(['log', 'scores.json', '--name', 'scores', '--run', 'eval-1'])

    await expectGolden('ls', ['ls'])
    await expectGolden('ls-name', ['ls', 'resnet'])
    await expectGolden('show', ['show', 'default/resnet:v0'])
    await expectGolden('alias-ls', ['alias', 'ls', 'resnet'])
    await expectGolden('alias-history', ['alias', 'history', 'resnet'])
    await expectGolden('lineage', ['lineage', 'resnet:prod'])
    await expectGolden('verify-project', ['verify'])
  })

  it('draws the lineage as a tree', async () => {
    const { stdout } = await workspace.play(['lineage', 'resnet:prod'])

    expect(stdout).toBe('default/resnet:v1\n└─ led to\n   └─ run eval-1\n      └─ default/scores:v0\n')
  })

  it('removes an alias, and says so when there is none', async () => {
    await expectGolden('alias-rm', ['alias', 'rm', 'resnet', 'candidate'])

    const { code, stderr } = await workspace.play(['alias', 'rm', 'resnet', 'prd'])

    expect(code).toBe(0)
    expect(stderr).toContain('no alias prd, but prod; nothing was changed')
  })

  it('finds what differs in a folder: exit code 1', async () => {
    await writeFile(workspace.path('copy/config.json'), '{"layers":102}')
    await rm(workspace.path('copy/weights.bin'))

    const { code, stdout } = await workspace.play(['verify', 'resnet', '--dir', 'copy', '--json'])

    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      versions: [
        {
          differences: [
            { path: 'config.json', problem: 'modified' },
            { path: 'weights.bin', problem: 'missing' },
          ],
        },
      ],
    })
  })

  it('leaves the store out of a folder that holds it', async () => {
    const { stderr, stdout } = await workspace.play(['log', '.', '--name', 'all', '--json'])

    expect(stderr).toContain('left out .lading')
    const { files } = (await workspace.json(['show', 'all'])) as { files: { path: string }[] }
    expect(JSON.parse(stdout)).toMatchObject({ created: true })
    expect(files.filter(({ path }) => path.startsWith('.lading'))).toEqual([])
  })

  it('takes store and project from the environment, and a flag before both', async () => {
    const env = { LADING_STORE: 'elsewhere', LADING_PROJECT: 'other' }
    await workspace.json(['log', 'scores.json'], { env })

    expect(await workspace.json(['ls', '--store', 'elsewhere', '--project', 'other'])).toHaveLength(1)
    expect(await workspace.json(['ls', '--project', 'default'], { env })).toEqual([])
    expect(await workspace.json(['--store', '.lading', 'ls'], { env: { ...env, LADING_PROJECT: '' } })).toHaveLength(3)
  })

  it('supersedes all older versions', async () => {
    const args = ['log', 'model', '--name', 'resnet', '--type', 'model', '--supersede']
    const { stdout } = await workspace.play(args)

    expect(stdout).toMatch(/^✓ default\/resnet:v2 {2}latest\n.*\n {2}aliases that went: prod\n$/)
    expect(await workspace.json(['ls', 'resnet'])).toMatchObject([{ version: 'v2', aliases: ['latest'] }])
  })

  it('says which metadata and description known content replaced', async () => {
    const args = ['log', 'model', '--name', 'resnet', '--metadata', '{"loss": 1}', '--description', 'another']

    const { stdout } = await workspace.play(args)

    expect(stdout).toMatch(
      /^= default\/resnet:v2 has this content already {2}latest\n.*\n {2}metadata and description replaced\n$/,
    )
    expect(await workspace.json(args)).toMatchObject({ created: false, replaced: [], aliasesEnded: [] })
  })

  it('counts files that it replaces apart from those that it writes', async () => {
    const { stdout } = await workspace.play(['get', 'resnet', '--root', 'copy'])

    expect(stdout).toContain('2 files written, 1 replaced (')
  })

  it('finds a damaged blob: exit code 5', async () => {
    await damageLargestBlob(workspace)

    const { code, stdout } = await workspace.play(['verify', '--json'])

    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false })
    expect((await workspace.lading(['get', 'resnet', '--root', 'fresh'])).code).toBe(5)
  })

  it('repairs them from a folder that has the right ones, and from no other', async () => {
    await workspace.write('wrong/weights.bin', new Uint8Array(100_000).fill(8))

    const wrong = await workspace.play(['verify', 'resnet', '--repair', 'wrong'])
    expect(wrong.code).toBe(5)
    expect(wrong.stdout).toContain('corrupt weights.bin: ')
    expect(wrong.stdout).toContain('no file in wrong has the bytes that are missing')
    expect((await workspace.play(['verify', 'resnet', '--repair', 'nowhere'])).code).toBe(3)
    expect((await workspace.play(['verify', 'resnet', '--repair', 'model', '--dir', 'model'])).code).toBe(2)

    await expectGolden('verify-repair', ['verify', 'resnet', '--repair', 'model'])
    expect((await workspace.play(['verify'])).code).toBe(0)
  })
})

async function damageLargestBlob({ path }: Workspace): Promise<void> {
  const names = await readdir(path('.lading'), { recursive: true })
  const sizes = await Promise.all(names.map(async (name) => ({ name, size: (await stat(path('.lading', name))).size })))
  const blob = sizes.find(({ size }) => size === 100_000)
  if (!blob) throw new Error('no blob of 100,000 bytes')
  await chmod(path('.lading', blob.name), 0o644)
  await truncate(path('.lading', blob.name), 99_999)
}
