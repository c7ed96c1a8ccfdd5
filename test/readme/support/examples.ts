import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { ROOT } from '../../../scripts/run.ts'
import { readPage, snippetsOf } from './markdown.ts'

/** What package.json of an example says. */
export interface ExamplePackage {
  readonly private?: boolean
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** The folders of examples/ that are packages, by name. */
export const EXAMPLES: readonly string[] = readdirSync(`${ROOT}examples`)
  .filter((name) => existsSync(`${ROOT}examples/${name}/package.json`))
  .toSorted()

/** The package.json of an example. */
export function packageOf(name: string): ExamplePackage {
  return JSON.parse(readFileSync(`${ROOT}examples/${name}/package.json`, 'utf8')) as ExamplePackage
}

/** What the README of an example shows as printed by `npm start`: its first block of text. */
export function shownBy(name: string): string {
  const [shown] = snippetsOf(readPage(`examples/${name}/README.md`), 'text')
  if (shown === undefined) throw new Error(`examples/${name}/README.md does not show what it prints`)
  return shown
}
