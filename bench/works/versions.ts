import { seriesOf, timesOf } from '../measure.ts'
import type { Series } from '../measure.ts'
import { emptyFolder } from '../places.ts'
import { timedOnly } from '../programs/sample.ts'
import type { Sample } from '../programs/sample.ts'
import { contender } from '../work.ts'
import type { Bench, Check, Outcome, Work } from '../work.ts'

/** The bar of a small new version without sync. */
const MS_MOST = 2
/** The bar of a late version, in those of a first one. */
const RATIO_MOST = 1.2
/** Versions of each kind that are timed for one run of other works. */
const SAMPLES_PER_RUN = 40

/** Small new versions inside one process, in each store that needs no sync. */
export const versions: readonly Work[] = (['fs', 'memory'] as const).map((store) => ({
  name: `versions-${store}`,
  describe: () => `small new versions inside one process, ${store === 'fs' ? 'in a folder without sync' : 'in memory'}`,
  run: (bench) => growArtifacts(bench, store),
}))

async function growArtifacts(bench: Bench, store: 'fs' | 'memory'): Promise<Outcome> {
  const { sizes, build, runs, place } = bench
  const program = contender(bench, { name: 'lading', role: 'lading' }, () => {
    const folder = emptyFolder(place, 'versions')
    const samples = SAMPLES_PER_RUN * runs
    return { script: 'programs/versions.ts', task: { build, store, folder, versions: sizes.versions, samples } }
  })
  const sample = await program.run({ count: false })
  const checks = sizes.versions.flatMap((count) => checksOf(`version ${format(count)}, ${store}`, sample.steps, count))
  return { checks, series: seriesPerStep(sample, sizes.versions), manner: 'one process, in turn, after a warm-up' }
}

function checksOf(what: string, steps: Sample['steps'], count: number): Check[] {
  const [first, late] = [timesOf(steps['1']!), timesOf(steps[count]!)]
  const ratio = late.min / first.min
  return [
    {
      what,
      bar: `≤ ${MS_MOST} ms`,
      found: `${late.min.toFixed(2)} ms (median ${late.median.toFixed(2)} ms)`,
      holds: late.min <= MS_MOST,
    },
    {
      what,
      bar: `≤ ${RATIO_MOST.toFixed(2)} × the first`,
      found: `${ratio.toFixed(2)} × (median ${(late.median / first.median).toFixed(2)} ×)`,
      holds: ratio <= RATIO_MOST,
    },
  ]
}

function seriesPerStep(sample: Sample, counts: readonly number[]): readonly Series[] {
  const ofStep = (step: string, name: string, role: Series['role']): Series => ({
    ...seriesOf({ name, role }, timedOnly(0), (sample.steps[step] ?? []).map(timedOnly)),
    peakBytes: sample.peakBytes,
  })
  const plain = 'five small files by a plain script: written, renamed'
  return [
    ...(sample.steps['plain'] ? [ofStep('plain', plain, 'shown')] : []),
    ofStep('1', 'lading, the first version', 'lading'),
    ...counts.map((count) => ofStep(String(count), `lading, version ${format(count)}`, 'lading')),
  ]
}

function format(count: number): string {
  return count.toLocaleString('en')
}
