import type { Contender } from '../measure.ts'
import { contender, warmUpOf } from '../work.ts'
import type { Bench, Manner } from '../work.ts'

/** A walk that stats every file: the fastest that Node has, with what a log owes beside it, and the asynchronous one. */
export function walks(bench: Bench, folder: string, manner: Manner): readonly Contender[] {
  const ways = [
    { way: 'sync', name: 'readdirSync + lstatSync', role: 'limit' },
    { way: 'twice', name: 'and one more stat of each, as of each stored blob', role: 'owed' },
    { way: 'async', name: 'readdir + lstat, a folder at once', role: 'shown' },
  ] as const
  return ways.map(({ way, name, role }) =>
    contender(bench, { name: `a walk that stats every file, ${name}`, role }, () => ({
      script: 'limits/walk.ts',
      task: { folder, way, warmUp: warmUpOf(bench, manner, { task: { folder, way }, empty: [] }) },
    })),
  )
}
