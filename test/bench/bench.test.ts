import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { parseArguments } from '../../bench/arguments.ts'
import { limitOf, timesOf } from '../../bench/measure.ts'
import { cleanUp, makePlaces } from '../../bench/places.ts'
import type { Place } from '../../bench/places.ts'
import { SOURCES } from '../../bench/programs/lading-module.ts'
import { formatReport } from '../../bench/report.ts'
import type { Report, Result } from '../../bench/report.ts'
import { runPlan } from '../../bench/run.ts'
import { SIZES } from '../../bench/sizes.ts'
import { WORKS } from '../../bench/works/index.ts'
import { temporaryFolder } from '../support/temporary.ts'

const names = WORKS.map(({ name }) => name)

/** Tiny, and never a word about time: that the bench measures what it says, not what it finds. */
describe('the bench', () => {
  const sizes = SIZES.tiny
  const wanted = ['small-files', 'versions-memory', 'manifest']
  let places: readonly Place[]
  let report: Report
  const result = (name: string): Result => report.results.find((one) => one.name === name)!
  const series = (name: string, program: RegExp) => result(name).series.find((one) => program.test(one.name))!

  beforeAll(async () => {
    const works = WORKS.filter(({ name }) => wanted.includes(name))
    places = makePlaces(
      { kinds: [existsSync('/dev/shm') ? 'memory' : 'disk'], disk: tmpdir(), withRivals: false },
      sizes,
    )
    report = await runPlan({ works, places, sizes, runs: 1, build: SOURCES, rivals: [], say: () => {} })
  })
  afterAll(cleanUp)

  test('counts what plain scripts and lading do: bytes, fsyncs, opened files, requests', () => {
    const { count, sizeBytes } = sizes.smallFiles
    for (const threads of [/1 thread/, /2 threads/]) {
      expect(series('small-files', threads).counted).toMatchObject({
        fsyncs: count,
        opens: count,
        facts: { files: count },
      })
    }
    const { counted } = series('small-files', /lading/)
    expect(counted).toMatchObject({ opens: count, facts: { files: count, bytes: count * sizeBytes } })
    expect(counted.fsyncs).toBeGreaterThan(count)
    expect(counted.requests).toBeGreaterThan(5)
    if (process.platform !== 'linux') return
    for (const { counted } of result('small-files').series) {
      expect(counted.bytesRead).toBeGreaterThanOrEqual(count * sizeBytes)
      expect(counted.bytesWritten).toBeGreaterThanOrEqual(count * sizeBytes)
    }
  })

  test('times the first and the late versions of one process equally often', () => {
    const runs = result('versions-memory').series.map(({ ms }) => ms.length)

    expect(runs.length).toBe(1 + sizes.versions.length)
    expect(new Set(runs).size).toBe(1)
  })

  test('logs and reads the manifest that it says', () => {
    expect(series('manifest', /logs/).counted.facts).toEqual({ files: sizes.manifestEntries })
    expect(series('manifest', /reads/).counted.facts).toEqual({ files: sizes.manifestEntries, bytes: 12 })
  })

  test('tells each bar, each program and no folder of this machine in its page', () => {
    const page = formatReport(report)

    for (const { checks, series } of report.results) {
      for (const { what, bar } of checks) expect(page).toContain(`| ${what} | ${bar} |`)
      for (const { name } of series) expect(page).toContain(`| ${name} |`)
    }
    for (const { folder } of places) expect(page + JSON.stringify(report)).not.toContain(folder)
  })

  test('leaves nothing behind', () => {
    cleanUp()

    expect(places.filter(({ folder }) => existsSync(folder))).toEqual([])
  })
})

test('what a killed bench left is removed by the next one', () => {
  const disk = temporaryFolder()
  mkdirSync(join(disk, 'lading-bench-999999999-killed', 'source'), { recursive: true })

  const [place] = makePlaces({ kinds: ['disk'], disk, withRivals: false }, SIZES.tiny)

  expect(readdirSync(disk)).toEqual([basename(place!.folder)])
})

test('the limit is the best of the limits, for the least and for the middle time', () => {
  const counted = {} as never
  const one = (name: string, role: 'limit' | 'lading', ms: number[]) => ({
    name,
    role,
    ms,
    cpuMs: null,
    counted,
    peakBytes: null,
  })

  const limit = limitOf([one('a', 'limit', [1, 9, 9]), one('b', 'limit', [2, 3, 4]), one('c', 'lading', [0, 0, 0])])

  expect(limit).toEqual({ name: 'a', min: 1, median: 3 })
  expect(timesOf([4, 1, 2, 9])).toEqual({ min: 1, median: 3 })
})

test.each([
  [['--only', 'nothing'], 'no such work: nothing'],
  [['--runs', '0'], '--runs is 0'],
  [['--on', 'tape'], '--on is tape'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused, and says why', (args, why) => {
  expect(() => parseArguments(args, names)).toThrow(why)
})
