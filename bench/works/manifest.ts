import { join } from 'node:path'
import { interleave } from '../measure.ts'
import { formatBytes } from '../sizes.ts'
import type { Sizes } from '../sizes.ts'
import { MANNERS, contender, emptyStore } from '../work.ts'
import type { Bench, Check, Outcome, Work } from '../work.ts'

const PEAK_BYTES_MOST = 1.5 * 1024 ** 3

const describe = ({ manifestEntries }: Sizes): string => `a manifest of ${manifestEntries.toLocaleString('en')} entries`

/** Logging and reading a manifest of very many entries. */
export const manifest: Work = { name: 'manifest', describe, run: measureManifest }

async function measureManifest(bench: Bench): Promise<Outcome> {
  const { place, build, sizes, runs } = bench
  const store = join(place.folder, 'store')
  const steps = [
    { kind: 'log', name: 'lading logs it', prepare: () => emptyStore(bench) },
    { kind: 'read', name: 'lading resolves it and reads one file', prepare: () => {} },
  ] as const
  const contenders = steps.map(({ kind, name, prepare }) =>
    contender(bench, { name, role: 'lading' }, () => {
      prepare()
      return { script: 'programs/manifest.ts', task: { build, kind, store, entries: sizes.manifestEntries } }
    }),
  )
  const series = await interleave(contenders, { runs })
  const checks = series.map(({ name, peakBytes }): Check => {
    const most = `memory < ${formatBytes(PEAK_BYTES_MOST)}`
    const isKnown = peakBytes !== null
    const found = isKnown ? formatBytes(peakBytes) : 'not known'
    return { what: `${describe(sizes)}: ${name}`, bar: most, found, holds: isKnown && peakBytes < PEAK_BYTES_MOST }
  })
  return { checks, series, manner: MANNERS.fresh }
}
