import type { Contender } from '../measure.ts'
import { contender } from '../work.ts'
import type { Bench } from '../work.ts'

/** A walk that stats every file: the fastest that Node has, and the ordinary asynchronous one. */
export function walks(bench: Bench, folder: string): readonly Contender[] {
  const ways = [
    { way: 'sync', name: 'readdirSync + lstatSync', role: 'limit' },
    { way: 'async', name: 'readdir + lstat, a folder at once', role: 'shown' },
  ] as const
  return ways.map(({ way, name, role }) =>
    contender(bench, { name: `a walk that stats every file, ${name}`, role }, () => ({
      script: 'limits/walk.ts',
      task: { folder, way },
    })),
  )
}
