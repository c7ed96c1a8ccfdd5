import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { COMMANDS } from './commands/index.ts'
import type { CommandEntry } from './commands/index.ts'
import { printRefusal, reportError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { footer, HELP, helpColumns, pathOf } from './help.ts'
import { LadingError } from '../domain/errors.ts'
import { nearest } from '../domain/nearest.ts'
import { assertNodeVersion } from './node-version.ts'
import { abortOnInterrupt } from './interrupt.ts'
import { ignoreLostReaders } from './lost-readers.ts'
import { printable } from './terminal.ts'

/** Runs one command line and sets the exit code of the process. Never rejects. */
export async function runProgram(args: readonly string[]): Promise<void> {
  ignoreLostReaders([process.stdout, process.stderr])
  const signal = abortOnInterrupt()
  process.on('uncaughtException', (error) => process.exit(reportError(error, signal)))
  const reportEnd = (): never => process.exit(reportError(neverSettled(), signal))
  process.once('beforeExit', reportEnd)
  try {
    assertNodeVersion(process.versions.node)
    const program = await createProgram(args, signal)
    assertCommand(program, args)
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    // Commander has printed its own; help and version end with 0.
    const isUsage = error instanceof CommanderError
    process.exitCode = isUsage ? (error.exitCode === 0 ? EXIT.ok : EXIT.usage) : reportError(error, signal)
  } finally {
    process.off('beforeExit', reportEnd)
  }
}

/** Node ends when nothing is under way any more, whoever still waits: nearly without a word. */
function neverSettled(): LadingError {
  return new LadingError('UNKNOWN_OUTCOME', {
    detail: 'the command waits for something that never comes',
    next: 'look for a promise that nobody settles in the code of the configuration, or of its adapters',
  })
}

/** The command line, with the commands that `args` need; with no argument all of them. */
export async function createProgram(args: readonly string[], signal: AbortSignal): Promise<Command> {
  const program = new Command('lading')
    .description('Versioned artifacts with aliases and lineage, on storage you already own.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--store <url>', 'folder or URL of the store (LADING_STORE; default: ./.lading)', once)
    .option('--project <name>', 'project of names that say none (LADING_PROJECT; default: default)', once)
    .option('--json', 'print one JSON value on stdout, as docs/cli.md describes it')
    .helpOption('-h, --help', 'print help')
    .commandsGroup('Set up:')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', footer(REFS))
    .exitOverride()
    .showHelpAfterError(false)
    .configureHelp(HELP)
    .configureOutput({ getOutHelpWidth: helpColumns, getErrHelpWidth: helpColumns })
  for (const { group, isHidden = false, load } of neededFor(args)) {
    const create = await load()
    program.addCommand(create(signal).helpGroup(`${group}:`), { hidden: isHidden })
  }
  inherit(program)
  return program
}

const REFS = `
A ref names a version: model (its latest), model:v3, model:prod (an alias), model@<digest>, each with an optional
project/ in front. A file lading.config.json, here or in a folder above, can say store and project: see lading config.
Exit codes and the shapes of --json: docs/cli.md.`

/** One of two could only be dropped silently. */
function once(value: string, before: string | undefined): string {
  if (before === undefined) return value
  throw new InvalidArgumentError(`It was given already, as ${printable(before)}; give one of the two.`)
}

/** Only the command that is run: to load all of them takes longer than most of them run. Help and errors need all. */
function neededFor(args: readonly string[]): readonly CommandEntry[] {
  const [name = null] = operandsOf(args)
  if (name === null && args.some((arg) => arg === '--version' || arg === '-V')) return []
  const entry = COMMANDS.find((command) => command.name === name)
  return entry && !entry.needsAll ? [entry] : COMMANDS
}

/** Asked for help with a command that there is not, commander prints that of the program, and does not say why. */
function assertCommand(program: Command, args: readonly string[]): void {
  const isHelp = args.some((arg) => arg === '--help' || arg === '-h')
  const [first, second] = operandsOf(args)
  const topic = first === 'help' ? second : isHelp ? first : undefined
  if (topic === undefined || topic === 'help' || COMMANDS.some(({ name }) => name === topic)) return
  const names = COMMANDS.flatMap(({ name, isHidden }) => (isHidden ? [] : [name]))
  const match = nearest(topic, names)
  program.error(`error: unknown command '${topic}'${match === null ? '' : `\n(Did you mean ${match}?)`}`)
}

/** The arguments that are no flags, and not the values of flags of the program. */
function operandsOf(args: readonly string[]): readonly string[] {
  return args.filter((arg, index) => !arg.startsWith('-') && !WITH_VALUE.includes(args[index - 1] ?? ''))
}

const WITH_VALUE: readonly string[] = ['--store', '--project']

/** Commander's settings reach the commands that are made by `.command()`, not those that are added. */
function inherit(command: Command): void {
  command.configureOutput({ outputError: (text) => reportUsage(text, command) })
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    // That of the program stands under a title of the program.
    if (child.commands.length > 0) child.helpCommand('help [command]', 'print help for a command')
    inherit(child)
  }
}

/** Commander says `error: what` and, on a line of its own, `(Did you mean …?)`. */
function reportUsage(text: string, command: Command): void {
  const [what = '', ...hints] = text.trim().split('\n')
  const hint = hints
    .join(' ')
    .replaceAll(/^\(|\)$/g, '')
    .replace(/^Did/, 'did')
  const help = ['see', 'lading', ...pathOf(command), '--help'].join(' ')
  const plain = what
    .replace(/^error: /, '')
    .replace(/^command-argument value ('.*') is invalid for argument '(.*)'\./, '$1 is no $2.')
  printRefusal(printable(plain), hint === '' ? help : `${hint} ${help}`)
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
