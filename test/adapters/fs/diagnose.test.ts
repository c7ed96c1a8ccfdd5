import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { diagnoseFolder } from '../../../src/adapters/fs/diagnose.ts'
import { systemClock } from '../../../src/adapters/system/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const CHECKS = ['store folder', 'writing', 'syncing', 'one winner', 'replacing', 'clock', 'names', 'free space']

describe('the diagnosis of a folder', () => {
  let root: string

  beforeEach(() => {
    root = temporaryFolder()
  })

  const diagnose = (folder: string, clock = systemClock) => Array.fromAsync(diagnoseFolder({ root: folder }, { clock }))
  const contents = async () => (await readdir(root, { recursive: true })).sort()
  const makeStore = async () => {
    await mkdir(join(root, 'staging'))
    await writeFile(join(root, 'lading.json'), '{"format":1,"minReader":1,"storeId":"x"}')
  }

  it('of a store finds all good, names the format, and leaves nothing behind', async () => {
    await makeStore()
    const before = await contents()

    const findings = await diagnose(root)

    expect(findings.map(({ check }) => check)).toEqual([...CHECKS, 'left-over files'])
    expect(findings.filter(({ verdict }) => verdict === 'broken')).toEqual([])
    expect(findings[0]).toMatchObject({ verdict: 'good', detail: `format 1, in ${root}` })
    expect(await contents()).toEqual(before)
  })

  it('of one that is not made yet tries the nearest folder above, and makes nothing', async () => {
    const findings = await diagnose(join(root, 'deep/below'))

    expect(findings.map(({ check }) => check)).toEqual(CHECKS)
    expect(findings[0]).toMatchObject({ verdict: 'good', detail: expect.stringContaining('not there yet') as string })
    expect(await contents()).toEqual([])
  })

  it('finds a file in its place broken, and tries nothing', async () => {
    await writeFile(join(root, 'file'), '')

    expect(await diagnose(join(root, 'file'))).toMatchObject([{ check: 'store folder', verdict: 'broken' }])
  })

  it('warns of a folder of other files', async () => {
    await writeFile(join(root, 'thesis.tex'), '')

    expect((await diagnose(root))[0]).toMatchObject({ check: 'store folder', verdict: 'warning' })
    expect(await contents()).toEqual(['thesis.tex'])
  })

  it('warns of old files that interrupted work has left behind, and not of new ones', async () => {
    await makeStore()
    await writeFile(join(root, 'staging/1-new-0'), 'half')
    await writeFile(join(root, 'staging/1-old-0'), 'half')
    await utimes(join(root, 'staging/1-old-0'), 0, 0)

    const findings = await diagnose(root)

    expect(findings.at(-1)).toMatchObject({
      check: 'left-over files',
      verdict: 'warning',
      detail: expect.stringMatching(/^1 in staging\//) as string,
    })
  })

  it('does not say of files younger than a day that there are none', async () => {
    await makeStore()
    await writeFile(join(root, 'staging/1-new-0'), 'half')

    expect((await diagnose(root)).at(-1)).toMatchObject({
      check: 'left-over files',
      verdict: 'good',
      detail: 'none older than a day in staging/; 1 younger, of work that is under way or was interrupted',
    })
  })

  it('of blobs alone asks for no mark of a store', async () => {
    await writeFile(join(root, 'blob'), '')

    const [first] = await Array.fromAsync(diagnoseFolder({ root, holds: 'blobs' }, { clock: systemClock }))

    expect(first).toMatchObject({ check: 'blob folder', verdict: 'good' })
  })

  it('warns of a clock that differs from that of the disk', async () => {
    const clock = { ...systemClock, now: () => new Date(Date.now() + 60_000).toISOString() }

    const findings = await diagnose(root, clock)

    expect(findings.find(({ check }) => check === 'clock')).toMatchObject({ verdict: 'warning' })
  })
})
