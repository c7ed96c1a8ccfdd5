import type { Command } from '../../domain/command.ts'
import { assertDigest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertAliases, assertMovableAlias, assertName, assertType } from '../../domain/names.ts'
import type { ArtifactKey, VersionKey } from '../../domain/version.ts'
import type { PageOptions } from '../metadata-store.ts'

/** Rows that a page may have at most. */
export const PAGE_ROWS_MAX = 1_000

/** Numbers have at most ten digits in keys. */
const NUMBER_MAX = 9_999_999_999

/** Refuses with `INVALID` a key whose names do not follow the rule. */
export function assertArtifactKey<T extends ArtifactKey>(key: T): T {
  assertName('project', key.project)
  assertName('artifact', key.artifact)
  return key
}

/** The same for a version: its number counts from 0. */
export function assertVersionKey(key: VersionKey): VersionKey {
  assertNumber(key.n)
  return assertArtifactKey(key)
}

/** The same for a run. */
export function assertRunKey<T extends { project: string; id: string }>(run: T): T {
  assertName('project', run.project)
  assertName('run', run.id)
  return run
}

/** Refuses with `INVALID` a page of no rows, or of too many. */
export function assertPageOptions({ limit }: PageOptions): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= PAGE_ROWS_MAX) return
  throw new LadingError('INVALID', { detail: `a page of ${limit} rows`, next: `ask for 1 to ${PAGE_ROWS_MAX}` })
}

/** Refuses with `INVALID` a command that says what no client may say; `latest` among a log's aliases is dropped. */
export function assertCommand(command: Command): Command {
  if (command.kind === 'log') {
    assertDigest(command.digest)
    assertType(command.type)
    return { ...command, aliases: assertAliases(command.aliases) }
  }
  if (command.kind === 'setAlias') {
    assertMovableAlias(command.alias)
    if (command.n !== null) assertNumber(command.n)
  }
  if (command.kind === 'delete') assertNumber(command.n)
  return command
}

function assertNumber(n: number): void {
  if (Number.isSafeInteger(n) && n >= 0 && n <= NUMBER_MAX) return
  throw new LadingError('INVALID', { detail: `no version has the number ${n}`, next: 'versions count from 0' })
}
