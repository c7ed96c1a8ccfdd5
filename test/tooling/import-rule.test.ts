import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, run } from '../../scripts/run.ts'

const RESTRICTED = 'no-restricted-imports'

/** Each must be reported: what it breaks, the file, its text, the rule that must see it. */
const VIOLATIONS: readonly (readonly [claim: string, file: string, text: string, rule: string])[] = [
  ['domain imports a port', 'src/domain/a.ts', "export { x } from '../ports/clean.ts'", RESTRICTED],
  ['domain imports a type of a port', 'src/domain/b.ts', "export type { X } from '../ports/clean.ts'", RESTRICTED],
  ['domain imports a port lazily', 'src/domain/c.ts', "export const x = import('../ports/clean.ts')", RESTRICTED],
  [
    'domain names a type of a port in place',
    'src/domain/d.ts',
    "export type X = import('../ports/clean.ts').X",
    'consistent-type-imports',
  ],
  ['domain imports from two folders down', 'src/domain/e/f/g.ts', "import '../../../application/clean.ts'", RESTRICTED],
  ['domain does I/O', 'src/domain/h.ts', "import 'node:fs/promises'", RESTRICTED],
  ['ports import application', 'src/ports/a.ts', "import '../application/clean.ts'", RESTRICTED],
  ['application imports protocol', 'src/application/a.ts', "import '../protocol/clean.ts'", RESTRICTED],
  ['application imports an adapter', 'src/application/b.ts', "import '../adapters/fs/clean.ts'", RESTRICTED],
  ['application does I/O', 'src/application/client/c.ts', "import 'node:fs'", RESTRICTED],
  ['protocol imports application', 'src/protocol/a.ts', "import '../application/clean.ts'", RESTRICTED],
  ['protocol imports an adapter', 'src/protocol/b.ts', "import '../adapters/memory/clean.ts'", RESTRICTED],
  ['sql imports protocol', 'src/sql/a.ts', "import '../protocol/clean.ts'", RESTRICTED],
  ['sql imports an adapter', 'src/sql/b.ts', "import '../adapters/memory/clean.ts'", RESTRICTED],
  ['sql does I/O', 'src/sql/c.ts', "import 'node:sqlite'", RESTRICTED],
  ['contract imports an adapter', 'src/contract/a.ts', "import '../adapters/memory/clean.ts'", RESTRICTED],
  ['an adapter imports another', 'src/adapters/fs/a.ts', "import '../memory/clean.ts'", RESTRICTED],
  [
    'an adapter imports another, from a subfolder',
    'src/adapters/fs/b/c.ts',
    "import '../../memory/clean.ts'",
    RESTRICTED,
  ],
  ['an adapter imports application', 'src/adapters/fs/d.ts', "import '../../application/clean.ts'", RESTRICTED],
  ['an adapter imports protocol', 'src/adapters/fs/e.ts', "import '../../protocol/clean.ts'", RESTRICTED],
  ['an adapter imports an SDK beside its client.ts', 'src/adapters/s3/a.ts', "import '@aws-sdk/client-s3'", RESTRICTED],
  ['an adapter imports inversify', 'src/adapters/s3/client.ts', "import 'inversify'", RESTRICTED],
  ['composition imports an SDK', 'src/composition/a.ts', "import '@google-cloud/storage'", RESTRICTED],
  ['composition imports inversify outside its folder', 'src/composition/b.ts', "import 'inversify'", RESTRICTED],
  ['composition loads the inversify modules', 'src/composition/c.ts', "import './inversify/clean.ts'", RESTRICTED],
  [
    'the inversify modules import reflect-metadata',
    'src/composition/inversify/a.ts',
    "import 'reflect-metadata'",
    RESTRICTED,
  ],
  ['src loads the inversify modules', 'src/a.ts', "import './composition/inversify/clean.ts'", RESTRICTED],
  ['server imports an adapter', 'src/server/a.ts', "import '../adapters/fs/clean.ts'", RESTRICTED],
  ['cli imports protocol', 'src/cli/a.ts', "import '../protocol/clean.ts'", RESTRICTED],
  ['cli imports inversify', 'src/cli/b.ts', "import 'inversify'", RESTRICTED],
  ['web imports server', 'src/web/a.ts', "import '../server/clean.ts'", RESTRICTED],
  ['src/index.ts imports an adapter', 'src/index.ts', "import './adapters/fs/clean.ts'", RESTRICTED],
  ['src imports its own package', 'src/cli/c.ts', "import 'lading/ports'", RESTRICTED],
  ['a folder imports src/index.ts', 'src/cli/d.ts', "import '../index.ts'", RESTRICTED],
  ['a cycle', 'src/domain/cycle-a.ts', "import './cycle-b.ts'", 'no-cycle'],
  ['a cycle of types', 'src/domain/cycle-c.ts', "import type { D } from './cycle-d.ts'\nexport type C = D", 'no-cycle'],
  ['any in domain', 'src/domain/any.ts', 'export const x: any = 1', 'no-explicit-any'],
  ['any in ports', 'src/ports/any.ts', 'export const x: any = 1', 'no-explicit-any'],
  ['any in application', 'src/application/any.ts', 'export const x: any = 1', 'no-explicit-any'],
  ['a file name that is not kebab-case', 'src/domain/camelCase.ts', 'export const x = 1', 'filename-case'],
]

/** None may be reported: what the import rule allows. */
const CLEAN: Readonly<Record<string, string>> = {
  'src/domain/clean.ts': "import { createHash } from 'node:crypto'\nexport const x = createHash('sha256')",
  'src/ports/clean.ts': "export { x } from '../domain/clean.ts'\nexport type X = 1",
  'src/application/clean.ts': "import '../domain/clean.ts'\nimport '../ports/clean.ts'",
  'src/application/client/clean.ts': "import '../../ports/clean.ts'\nimport '../clean.ts'",
  'src/protocol/clean.ts': "import '../domain/clean.ts'\nimport '../ports/clean.ts'",
  'src/sql/clean.ts': "import '../domain/clean.ts'\nimport '../ports/clean.ts'",
  'src/adapters/sqlite/clean.ts': "import '../../sql/clean.ts'",
  'src/contract/clean.ts': "import '../ports/clean.ts'",
  'src/adapters/memory/clean.ts': "import '../../ports/clean.ts'\nimport './other.ts'",
  'src/adapters/memory/other.ts': "import '../../domain/clean.ts'",
  'src/adapters/fs/clean.ts': "import 'node:fs'\nimport './parts/clean.ts'",
  'src/adapters/fs/parts/clean.ts': "import '../../../domain/clean.ts'\nimport '../errors.ts'",
  'src/adapters/fs/errors.ts': 'export const x = 1',
  'src/adapters/gcs/client.ts': "export const sdk = () => import('@google-cloud/storage')",
  'src/composition/clean.ts': "import '../adapters/fs/clean.ts'\nimport '../protocol/clean.ts'",
  'src/composition/inversify/clean.ts': "import 'inversify'\nimport '../clean.ts'\nimport '../../adapters/fs/clean.ts'",
  'src/server/clean.ts': "import '../application/clean.ts'\nimport '../composition/clean.ts'",
  'src/cli/clean.ts': "import 'node:fs'\nimport '../composition/clean.ts'",
}

const OTHER_HALVES: Readonly<Record<string, string>> = {
  'src/domain/cycle-b.ts': "import './cycle-a.ts'",
  'src/domain/cycle-d.ts': "import type { C } from './cycle-c.ts'\nexport type D = C",
}

interface Report {
  readonly number_of_files: number
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
}

let root: string
let report: Report

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lading-import-rule-'))
  cpSync(`${ROOT}oxlint.config.ts`, join(root, 'oxlint.config.ts'))
  for (const [file, text] of [...Object.entries(CLEAN), ...Object.entries(OTHER_HALVES)]) plant(file, text)
  for (const [, file, text] of VIOLATIONS) plant(file, text)
  report = JSON.parse(run('oxlint', ['--format', 'json', 'src'], root).stdout) as Report
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('import rule', () => {
  it('looks at every file', () => {
    const files = VIOLATIONS.length + Object.keys(CLEAN).length + Object.keys(OTHER_HALVES).length
    expect(report.number_of_files).toBe(files)
  })

  it.each(VIOLATIONS)('refuses that %s', (_, file, __, rule) => {
    expect(reportedFor(file)).toContain(rule)
  })

  it.each(Object.keys(CLEAN))('accepts %s', (file) => {
    expect(reportedFor(file)).toEqual([])
  })
})

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), `${text}\n`)
}

/** The rules that a file breaks, without their plugins' names. */
function reportedFor(file: string): string[] {
  const found = report.diagnostics.filter(({ filename }) => filename === file)
  return found.map(({ code }) => code.replace(/^.*\((.*)\)$/, '$1'))
}
