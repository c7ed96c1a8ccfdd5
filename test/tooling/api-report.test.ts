import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractApi, publicSubpaths } from '../../scripts/api-model.ts'
import type { ApiEntry } from '../../scripts/api-model.ts'
import { apiFiles, apiProblems, diffOf } from '../../scripts/api-report.ts'
import { ROOT } from '../../scripts/run.ts'

/** Declarations of a package with three subpaths, and what is wrong with them. */
const DECLARATIONS: Readonly<Record<string, string>> = {
  'index.d.ts': `
/** What it is for, and \`Box\`. @packageDocumentation */
export { open } from './open.d.ts'
export type { Box, BoxOptions, Hidden } from './open.d.ts'
export { Vessel } from './vessel.d.ts'
`,
  'open.d.ts': `
import type { Port } from './ports/port.d.ts'
/** Opens a \`Box\`. */
export declare function open(name: string, options?: BoxOptions): Promise<Box>
/** Holds things. */
export interface Box {
  readonly size: number
  readonly port: Port
  readonly secret: Secret
}
/** How. */
export interface BoxOptions { readonly deep?: boolean }
interface Secret { readonly key: string }
export interface Hidden { readonly x: 1 }
`,
  'vessel.d.ts': '/** Sails. */\nexport declare class Vessel { readonly name: string; sail(): void }\n',
  'ports/index.d.ts': "export type { Port, Box } from './port.d.ts'\n",
  'ports/port.d.ts':
    '/** A port. */\nexport interface Port { call(): void }\n/** Another box. */\nexport interface Box { readonly lid: boolean }\n',
}

const SUBPATHS = [
  { specifier: 'lading', id: 'lading', declarations: 'index.d.ts' },
  { specifier: 'lading/ports', id: 'ports', declarations: 'ports/index.d.ts' },
]

let folder: string
let api: readonly ApiEntry[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lading-api-'))
  for (const [file, text] of Object.entries(DECLARATIONS)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  api = extractApi(folder, SUBPATHS)
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('API report', () => {
  it('has a file for every subpath of package.json', () => {
    const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { exports: object }
    const specifiers = Object.keys(exports).filter((key) => key !== './package.json')

    expect(publicSubpaths().map(({ specifier }) => specifier)).toEqual(
      specifiers.map((key) => key.replace('.', 'lading')),
    )
  })

  it('finds names without a doc comment, types that nobody exports, one name for two things', () => {
    expect(apiProblems(api).map((problem) => problem.replace(/ at \S+/, ''))).toEqual([
      'lading: Secret is used and no subpath exports it (ae-forgotten-export)',
      'lading: BoxOptions.deep has no doc comment',
      'lading: Hidden has no doc comment',
      'lading: Vessel.sail has no doc comment',
      'lading/ports: Port.call has no doc comment',
      'Box means several things: open.d.ts, ports/port.d.ts',
    ])
  })

  it('shows what a change does to it', () => {
    const report = apiFiles(api).get('api/lading.api.md')!
    const committed = join(folder, 'committed.api.md')
    writeFileSync(committed, report.replace('readonly size: number', 'readonly size: bigint'))

    expect(diffOf(committed, report)).toMatch(/^- {4}readonly size: bigint\n\+ {4}readonly size: number$/m)
    writeFileSync(committed, report)
    expect(diffOf(committed, report)).toBe('')
  })
})

describe('API reference', () => {
  it('has signature, comment and links of each export', () => {
    const page = apiFiles(api).get('docs/api/lading.md')!

    expect(page).toContain('# `lading`\n\nWhat it is for, and [`Box`](#box).\n')
    expect(page).toContain(
      '## open\n\nOpens a [`Box`](#box).\n\n```ts\nfunction open(name: string, options?: BoxOptions)',
    )
    expect(page).toContain('| `port` | <code>[Port](ports.md#port)</code> |  |')
    expect(page).toContain('### Vessel.sail()\n\n```ts\nsail(): void\n```\n')
  })
})
