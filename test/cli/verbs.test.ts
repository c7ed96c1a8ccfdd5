import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runInProcess } from '../../scripts/cli-examples.ts'
import { Version } from '../../src/application/client/version.ts'
import { StoredArtifact } from '../../src/application/client/stored-artifact.ts'
import { LadingError } from '../../src/domain/errors.ts'
import { Artifact, openStore } from '../../src/index.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** More than a pipe holds. */
const LARGE_BYTES = 2_000_000

/** What no terminal takes, and what no UTF-8 decoder does. */
const BINARY = Uint8Array.of(0, 27, 255, 10, 13)

/** Arguments, exit code, and what is said: what is wrong, and what to do. */
const REFUSED: readonly (readonly [line: string, code: number, says: string])[] = [
  ['cat net lrage', 3, 'the version has no such file (NOT_FOUND)\n  did you mean large?'],
  ['cat net large --json', 2, '--json: what cat prints are the bytes of a file'],
  ['files net *.none', 3, 'no file of the version matches *.none'],
  ['diff net net:v7', 3, 'list its versions with `lading ls net`'],
  ['runs nobody', 3, 'no run nobody in project default'],
  ['ls net --type model', 2, 'leave out --type, or the name'],
  ['rm --all net', 2, 'leave out the one or the other'],
  ['rm net:v0 --yes', 4, 'best and latest point at it (CONFLICT)\n  add --aliases'],
  ['update net', 2, 'add --metadata JSON, --description TEXT, or both'],
  [
    'finish net --distributed-id night',
    3,
    'no such draft is open (NOT_FOUND)\n  list what is open with `lading drafts net`',
  ],
  ['finish net', 2, '--distributed-id: nothing says which draft is meant'],
  ['finish net --distributed-id x --on-conflict first', 2, 'Allowed choices are refuse, last.'],
  ['abandon net --distributed-id night', 3, 'no such draft is open'],
  ['log missing --name net:best', 2, 'give --name net --alias best'],
  ['log missing --name net:v1', 2, 'give --name net; its number is the next one'],
  ['completion csh', 2, "'csh' is no shell. Allowed choices are bash"],
  ['checkout net .', 2, 'or download into this one, which removes nothing'],
  ['drafts net:v0', 2, 'takes the name of an artifact'],
  ['alias history nte', 3, 'did you mean net?'],
  ['show net@abcdef12', 2, '"abcdef12" is a part of a digest'],
]

describe('the verbs', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
    const net = new Artifact('net', { type: 'model' })
    net.addFile(BINARY, 'binary').addFile(new Uint8Array(LARGE_BYTES).fill(97), 'large').addFile(Uint8Array.of(10), 'n')
    await lading.save(net, { aliases: ['best'] })
  })
  afterAll(() => workspace[Symbol.asyncDispose]())
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  /** Far quicker than a child. Paths must be absolute. */
  const lading = (...args: string[]) => runInProcess([...args, '--store', workspace.path('.lading')])

  async function json(...args: string[]): Promise<unknown> {
    const { exitCode, stdout, text } = await lading(...args, '--json')
    if (exitCode !== 0) throw new Error(text)
    return JSON.parse(stdout) as unknown
  }

  it.each(REFUSED)('lading %s ends with %i', async (line, code, says) => {
    const { exitCode, stdout, text } = await lading(...line.split(' '))

    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(text).toContain(says)
  })

  it('a refused finish leaves no run behind', async () => {
    expect(await json('runs')).toEqual([])
  })

  it('cat prints the very bytes of a file into a pipe', async () => {
    const child = workspace.start(['cat', 'net', 'binary'])
    const chunks: Uint8Array[] = await Array.fromAsync(child.stdout)

    expect(new Uint8Array(Buffer.concat(chunks))).toEqual(BINARY)
    expect((await workspace.lading(['cat', 'net', 'large'])).stdout).toBe('a'.repeat(LARGE_BYTES))
  })

  it('cat ends quietly when nobody reads any more', async () => {
    const child = workspace.start(['cat', 'net', 'large'])
    child.stdout.once('data', () => child.stdout.destroy())

    const code = await new Promise((resolve) => child.once('close', resolve))

    expect(code).toBe(0)
  })

  it('checkout deletes nothing where nobody can be asked, unless it is told to', async () => {
    await workspace.write('out/mine', 'precious')
    const out = workspace.path('out')

    const refused = await lading('checkout', 'net', out)
    const planned = await lading('checkout', 'net', out, '--dry-run')
    expect([refused.exitCode, planned.exitCode, await readdir(out)]).toEqual([2, 0, ['mine']])
    expect(refused.text).toContain('add --yes; nothing was changed')
    expect(planned.stdout).toBe('mine\n1 file would be deleted\n')

    expect((await lading('checkout', 'net', out, '--yes')).stdout).toContain('deleted mine')
    expect(await readdir(out)).toEqual(['binary', 'large', 'n'])
    expect((await lading('checkout', 'net', out)).stdout).toContain('3 kept')
  })

  it('checkout deletes nothing that came into the folder after it was looked at', async () => {
    const out = workspace.path('out-since')
    const { checkout } = Version.prototype
    vi.spyOn(Version.prototype, 'checkout').mockImplementationOnce(async function (this: Version, ...args) {
      await workspace.write('out-since/mine', 'precious')
      return checkout.apply(this, args)
    })

    const { exitCode, text } = await lading('checkout', 'net', out)

    expect([exitCode, text]).toEqual([4, expect.stringContaining('not among what may be removed')])
    expect(await readdir(out)).toContain('mine')
  })

  it('checkout refuses the working folder before it asks', async () => {
    const { code, stderr } = await workspace.lading(['checkout', 'net', '.', '--dry-run'])

    expect([code, stderr]).toEqual([2, expect.stringContaining('it is the working folder')])
  })

  it('rm deletes a version that aliases point at only with them, and nothing without --yes', async () => {
    await workspace.write('file', 'x')
    await json('log', workspace.path('file'), '--name', 'gone', '--alias', 'prod')

    const cases = [['gone:v0'], ['gone:v0', '--yes'], ['gone'], ['gone', '--all', '--yes'], ['--yes']]
    const refused = []
    for (const args of cases) refused.push((await lading('rm', ...args)).exitCode)

    expect(refused).toEqual([4, 4, 2, 2, 2])
    const removed = await json('rm', 'gone:prod', '--aliases', '--yes')
    expect(removed).toEqual({ deleted: ['default/gone:v0'], aliasesEnded: ['prod'] })
    expect((await lading('show', 'gone:v0')).exitCode).toBe(3)
  })

  it('a draft of two runs becomes one version; the same path twice is refused, or the last one taken', async () => {
    await workspace.write('a/f', 'ann')
    await workspace.write('b/f', 'ben')
    const id = ['--distributed-id', 'night']
    for (const part of ['a', 'b']) await json('upsert', 'set', workspace.path(part), '--run', part, ...id)

    const conflict = await lading('finish', 'set', ...id)
    const done = await json('finish', 'set', ...id, '--on-conflict', 'last', '--alias', 'ready')

    expect([conflict.exitCode, conflict.text]).toEqual([4, expect.stringContaining('f')])
    expect(done).toMatchObject({ version: 'v0', aliases: ['latest', 'ready'], fileCount: 1, round: 0 })
    expect((await lading('cat', 'set', 'f')).stdout).toBe('ben')
    expect((await lading('finish', 'set', ...id)).exitCode).toBe(3)
    expect(await json('drafts', 'set')).toEqual([])
  })

  it('the group of a run is its distributed id', async () => {
    await workspace.write('a/f', 'ann')
    const part = workspace.path('a')

    const upserted = await json('upsert', 'grouped', part, '--group', 'g', '--run', 'first')
    await json('finish', 'grouped', '--run', 'first')

    expect(upserted).toMatchObject({ distributedId: 'g', run: 'first' })
    expect((await lading('upsert', 'grouped', part)).text).toContain('--distributed-id')
  })

  it('update replaces metadata and description, and null removes the metadata', async () => {
    await json('update', 'net:best', '--metadata', '{"loss":1}', '--description', 'ships')
    expect(await json('show', 'net')).toMatchObject({ metadata: { loss: 1 }, description: 'ships' })

    await json('update', 'net', '--metadata', 'null')
    expect(await json('show', 'net')).toMatchObject({ metadata: null, description: 'ships' })
  })

  it('update changes nothing where the description is refused, and tells what it did where that fails later', async () => {
    const refused = await lading('update', 'net', '--metadata', '{"loss":2}', '--description', 'x'.repeat(20_000))
    expect([refused.exitCode, refused.text]).toEqual([2, expect.stringContaining('a description of 20000 bytes')])
    expect(await json('show', 'net')).toMatchObject({ metadata: null, description: 'ships' })

    for (const [code, rest] of [
      ['UNAVAILABLE', 'the description was not'],
      ['UNKNOWN_OUTCOME', 'whether the description was is not known'],
    ] as const) {
      const failing = vi.spyOn(StoredArtifact.prototype, 'update')
      failing.mockRejectedValueOnce(new LadingError(code, { detail: 'no answer' }))
      const { text } = await lading('update', 'net', '--metadata', `{"last":"${code}"}`, '--description', 'boats')
      failing.mockRestore()

      expect(text).toContain(`lading: the metadata of default/net:v0 was replaced; ${rest}`)
      expect(text).toContain(`no answer (${code})`)
      expect(await json('show', 'net')).toMatchObject({ metadata: { last: code }, description: 'ships' })
    }
  })

  it('names from elsewhere are printed as text that no terminal acts on', async () => {
    await using store = await openStore(workspace.path('.lading'), { project: 'default' })
    const hostile = 'a\u202eb'
    await store.init({ id: 'hostile', name: hostile, group: hostile })
    await store.save(new Artifact('hostile').addFile(BINARY, hostile))

    for (const args of [['runs'], ['runs', 'hostile'], ['files', 'hostile'], ['diff', 'hostile', 'net']]) {
      const { stdout } = await lading(...args)
      expect(stdout).toContain(String.raw`a\u202eb`)
      expect(stdout).not.toContain(hostile)
    }
  })

  it('marks and lines are ASCII in a locale without Unicode', async () => {
    vi.stubEnv('LC_ALL', 'C')
    await json('use', 'net', '--run', 'ascii')

    for (const args of [
      ['verify', 'net'],
      ['lineage', 'net'],
    ]) {
      expect((await lading(...args)).stdout).toMatch(/^[\n\x20-\x7e]+$/)
    }
  })
})
