import { Command, InvalidArgumentError } from 'commander'
import type { Move } from '../../domain/head.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatAge } from '../formats.ts'
import { nearest } from '../../domain/nearest.ts'
import { findArtifact, resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'
import type { Screen } from '../terminal.ts'

/** What `--expect` takes for an alias that must not exist. No version has this name. */
const NONE = 'none'

/** `lading alias set|rm|ls|history`. */
export function createAliasCommand(signal: AbortSignal): Command {
  return new Command('alias')
    .summary('set, remove and list aliases, and see where they were')
    .description('Aliases are names that move from version to version. `latest` is kept by lading.')
    .addCommand(createSetCommand(signal))
    .addCommand(createRemoveCommand(signal))
    .addCommand(createListCommand(signal))
    .addCommand(createHistoryCommand(signal))
}

interface SetFlags {
  readonly expect?: string
}

function createSetCommand(signal: AbortSignal): Command {
  const command = new Command('set')
    .summary('point an alias at a version')
    .description('Points an alias at a version, and takes it from the version that it pointed at.')
    .argument('<ref>', 'the version')
    .argument('<alias>', 'the alias')
    .option('--expect <version>', 'only when it points at this version now (vN), or does not exist (none)', parseExpect)
    .action((ref: string, alias: string, flags: SetFlags, command: Command) =>
      runCommand(command, signal, (context) => setAlias(context, { ref, alias, ...flags })),
    )
  return withExitNotes(command, { [EXIT.conflict]: 'the alias is not where --expect says' })
}

function createRemoveCommand(signal: AbortSignal): Command {
  return new Command('rm')
    .summary('remove an alias')
    .description('Removes an alias; the version that it pointed at stays.')
    .argument('<name>', 'the artifact')
    .argument('<alias>', 'the alias')
    .action((name: string, alias: string, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => removeAlias(context, name, alias)),
    )
}

function createListCommand(signal: AbortSignal): Command {
  return new Command('ls')
    .summary('list the aliases of an artifact')
    .description('Lists the aliases of an artifact and what they point at, latest included.')
    .argument('<name>', 'the artifact')
    .action((name: string, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => listAliases(context, name)),
    )
}

function createHistoryCommand(signal: AbortSignal): Command {
  return new Command('history')
    .summary('list when aliases moved, from where, to where, and by which run')
    .description('Lists all moves of the aliases of an artifact, or of one of them, the oldest first.')
    .argument('<name>', 'the artifact')
    .argument('[alias]', 'only this one')
    .action((name: string, alias: string | undefined, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => listMoves(context, name, alias)),
    )
}

function parseExpect(value: string): string {
  if (value === NONE || /^v\d+$/.test(value)) return value
  throw new InvalidArgumentError('It must be a version such as v3, or none.')
}

async function setAlias(
  context: Context,
  { ref, alias, expect }: SetFlags & { readonly ref: string; readonly alias: string },
): Promise<Report> {
  const { lading, signal } = context
  const condition = expect === undefined ? {} : { expect: expect === NONE ? null : expect }
  // Pinned, so that what is printed is what the alias was pointed at.
  const { ref: pinned, project, name, version } = await resolveRef(context, ref)
  await lading.setAlias(pinned, alias, { ...condition, signal })
  return {
    json: { project, name, alias, version },
    lines: ({ style }) => [
      `${style('green', '✓')} ${project}/${name}:${style('cyan', alias)} → ${style('bold', version)}`,
    ],
  }
}

async function removeAlias(context: Context, name: string, alias: string): Promise<Report> {
  const { lading, signal } = context
  const artifact = await findArtifact(context, name)
  const aliases = await artifact.aliases({ signal })
  const version = Object.hasOwn(aliases, alias) ? aliases[alias]! : null
  await lading.removeAlias(name, alias, { signal })
  const key = `${artifact.project}/${artifact.name}`
  if (version === null)
    context.note(`${key} has no alias ${alias}${meant(alias, Object.keys(aliases))}; nothing was changed`)
  return {
    json: { project: artifact.project, name: artifact.name, alias, removed: version !== null, version },
    lines: ({ style }) => (version === null ? [] : [`${style('green', '✓')} ${key}:${alias} removed from ${version}`]),
  }
}

function meant(alias: string, known: Iterable<string>): string {
  const match = nearest(
    alias,
    [...known].filter((each) => each !== 'latest'),
  )
  return match === null ? '' : `, but ${match}`
}

async function listAliases(context: Context, name: string): Promise<Report> {
  const artifact = await findArtifact(context, name)
  const aliases = await artifact.aliases({ signal: context.signal })
  return { json: aliases, lines: (screen) => formatAliases(aliases, screen) }
}

/** A table of aliases. */
export function formatAliases(aliases: Readonly<Record<string, string>>, screen: Screen): readonly string[] {
  return formatTable([{ title: 'ALIAS', widthMin: 10 }, { title: 'VERSION' }], Object.entries(aliases), screen)
}

async function listMoves(context: Context, name: string, alias: string | undefined): Promise<Report> {
  const artifact = await findArtifact(context, name)
  const all = await artifact.history({ signal: context.signal })
  const moves = alias === undefined ? all : all.filter((move) => move.alias === alias)
  if (moves.length === 0) {
    const which =
      alias === undefined ? 'aliases' : `alias ${alias}${meant(alias, new Set(all.map((move) => move.alias)))}`
    context.note(`${name} has no moves of ${which}`)
  }
  return { json: moves.map(moveJson), lines: (screen) => (moves.length === 0 ? [] : formatMoves(moves, screen)) }
}

function moveJson({ at, alias, from, to, run }: Move) {
  return { at, alias, from: versionOf(from), to: versionOf(to), run: run?.id ?? null }
}

function formatMoves(moves: readonly Move[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'ALIAS', widthMin: 10 },
    { title: 'FROM' },
    { title: 'TO' },
    { title: 'MOVED' },
    { title: 'RUN', widthMin: 8, dropOrder: 1 },
  ]
  const rows = moves.map((move) => {
    const { alias, from, to, run, at } = moveJson(move)
    return [alias, from ?? '-', to ?? '-', formatAge(at), run ?? '-']
  })
  return formatTable(columns, rows, screen)
}

function versionOf(n: number | null): string | null {
  return n === null ? null : formatVersion(n)
}
