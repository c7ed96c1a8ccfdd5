import type { Sample } from './programs/sample.ts'

/** One of the programs that do the same work. Each run begins in a state that the program prepares, out of the time. */
export interface Contender {
  readonly name: string
  /**
   * `limit`: the best of these is what lading is held against. `owed`: the same with all that a store promises, which is what
   * it can come near to. `shown`: only told of.
   */
  readonly role: 'lading' | 'limit' | 'owed' | 'shown'
  /** Does the work once; with `count`, counting what it does, which takes time of its own. */
  run(rules: { readonly count: boolean }): Promise<Sample>
}

/** All runs of one program. */
export interface Series {
  readonly name: string
  readonly role: Contender['role']
  readonly ms: readonly number[]
  /** The least of all timed runs; null where it is not known. */
  readonly cpuMs: number | null
  /** Of the run that counted; it is not among the others. */
  readonly counted: Sample
  /** The most of all timed runs; null where it is not known. */
  readonly peakBytes: number | null
}

/** The least and the middle one of some numbers. */
export interface Times {
  readonly min: number
  readonly median: number
}

/** How often, and what is done before each round. */
export interface Rounds {
  readonly runs: number
  /** Called before each round, out of the time; round 0 is the one that warms up and counts. */
  readonly before?: ((round: number) => void | Promise<void>) | undefined
}

/** Runs all programs in turn, A B C A B C …: once to warm up and to count, then `runs` times for the time. */
export async function interleave(
  contenders: readonly Contender[],
  { runs, before = () => {} }: Rounds,
): Promise<readonly Series[]> {
  await before(0)
  const counted: Sample[] = []
  for (const contender of contenders) counted.push(await contender.run({ count: true }))
  const samples: Sample[][] = contenders.map(() => [])
  for (let round = 1; round <= runs; round++) {
    await before(round)
    for (const [index, contender] of contenders.entries()) samples[index]!.push(await contender.run({ count: false }))
  }
  return contenders.map((who, index) => seriesOf(who, counted[index]!, samples[index]!))
}

/** All runs of one program in one. */
export function seriesOf(
  { name, role }: Pick<Contender, 'name' | 'role'>,
  counted: Sample,
  samples: readonly Sample[],
): Series {
  const known = (numbers: readonly (number | null)[]): number[] => numbers.filter((number) => number !== null)
  const cpuMs = known(samples.map((sample) => sample.cpuMs))
  const peakBytes = known(samples.map((sample) => sample.peakBytes))
  return {
    name,
    role,
    ms: samples.map(({ ms }) => ms),
    cpuMs: cpuMs.length > 0 ? Math.min(...cpuMs) : null,
    counted,
    peakBytes: peakBytes.length > 0 ? Math.max(...peakBytes) : null,
  }
}

/** The least and the middle one. */
export function timesOf(ms: readonly number[]): Times {
  const sorted = ms.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { min: sorted[0]!, median }
}

/** What lading is held against: the best of the limits, for the least and for the middle time. */
export function limitOf(series: readonly Series[]): Times & { readonly name: string } {
  const limits = series
    .filter(({ role }) => role === 'limit')
    .map(({ name, ms }) => ({ name, ...timesOf(ms) }))
    .toSorted((a, b) => a.min - b.min)
  return { name: limits[0]!.name, min: limits[0]!.min, median: Math.min(...limits.map(({ median }) => median)) }
}
