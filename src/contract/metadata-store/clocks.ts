import { performance } from 'node:perf_hooks'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Clock } from '../../ports/environment.ts'
import { contentOf } from './commands.ts'
import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'clocks', tier: 'quick', requires: ['manyWriters'] } as const

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000

/** Machines do not agree on the time. */
export const clockCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.clocks.differ',
    obligation: 'Time. Nothing that must be right depends on `now`; only blob collection knows time, by `monotonicMs`.',
    async run({ artifact, open, key, check }) {
      const skews = [0, 50 * YEAR_MS, -50 * YEAR_MS]
      const handles = await Promise.all(skews.map((skewMs) => artifact({ clock: clockOff(skewMs) })))
      const at = (index: number): string => new Date(Date.now() + skews[index % 3]!).toISOString()

      for (let n = 0; n < 9; n++) {
        const answer = await handles[n % 3]!.log(`content ${n}`, { at: at(n), aliases: ['prod'] })
        check.equal(answer, { n, created: true, aliases: ['latest', 'prod'] }, `v${n}`)
        check.equal((await stateOf(await open(), key))?.latest, n, `latest after v${n}`)
      }
      await handles[1]!.delete(8, { at: at(1), withAliases: true })
      await handles[2]!.setAlias('prod', 3, { at: at(2) })

      const state = await stateOf(await open(), key)
      check.equal(
        state?.versions.slice(0, 8),
        Array.from({ length: 8 }, (_, n) => [contentOf(`content ${n}`), 'live']),
      )
      check.equal([state?.latest, state?.aliases], [7, [['prod', 3]]])
      const moves = (await (await open()).moves(key, {})).map(({ from, to }) => [from, to])
      const logged = Array.from({ length: 9 }, (_, n) => [n === 0 ? null : n - 1, n])
      check.equal(moves, [...logged, [8, null], [null, 3]], 'moves in their order, not in that of their times')
    },
  },
]

/** A clock that is off by so much, and otherwise runs as this machine's. */
function clockOff(skewMs: number): Clock {
  return {
    now: () => new Date(Date.now() + skewMs).toISOString(),
    monotonicMs: () => performance.now() + Math.abs(skewMs),
    pause: (ms, signal) => pauseFor(ms, undefined, { signal }),
  }
}
