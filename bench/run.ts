import { rmSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine, diskKind } from './machine.ts'
import type { Place } from './places.ts'
import type { Build } from './programs/lading-module.ts'
import { formatChecks } from './report.ts'
import type { Report, Result } from './report.ts'
import type { Rival } from './rivals/rival.ts'
import type { Sizes } from './sizes.ts'
import type { Work } from './work.ts'

/** What is run, where, and how often. */
export interface Plan {
  readonly works: readonly Work[]
  readonly places: readonly Place[]
  readonly sizes: Sizes
  readonly runs: number
  readonly build: Build
  readonly rivals: readonly Rival[]
  /** Is told how far it is. */
  readonly say: (line: string) => void
}

/** Runs all works at all places, one after the other. */
export async function runPlan({ works, places, sizes, runs, build, rivals, say }: Plan): Promise<Report> {
  const machine = describeMachine()
  const results: Result[] = []
  for (const place of places) {
    for (const work of works) {
      const title = work.describe(sizes)
      say(`${describePlace(place)}: ${title}`)
      const outcome = await work.run({ place, sizes, runs, build, rivals })
      for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name), { recursive: true })
      say(formatChecks(outcome.checks))
      results.push({ name: work.name, title, place: describePlace(place), ...outcome })
    }
  }
  const date = new Date().toISOString().slice(0, 10)
  return { format: 1, date, machine, sizes: sizes.name, runs, rivals: toldOf(rivals), results }
}

function toldOf(rivals: readonly Rival[]): Report['rivals'] {
  return rivals.map(({ title, commands }) => ({ title, commands }))
}

function describePlace({ kind, fileSystem, folder }: Place): string {
  return kind === 'memory' ? fileSystem : `${fileSystem} on a ${diskKind(folder)}`
}
