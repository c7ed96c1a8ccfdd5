import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { createAliasCommand } from './commands/alias.ts'
import { createGetCommand } from './commands/get.ts'
import { createLineageCommand } from './commands/lineage.ts'
import { createLogCommand } from './commands/log.ts'
import { createLsCommand } from './commands/ls.ts'
import { createShowCommand } from './commands/show.ts'
import { createUseCommand } from './commands/use.ts'
import { createVerifyCommand } from './commands/verify.ts'
import { reportError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { assertNodeVersion } from './node-version.ts'
import { abortOnInterrupt } from './interrupt.ts'
import { screenOf } from './terminal.ts'

/** Runs one command line and sets the exit code of the process. Never rejects. */
export async function runProgram(args: readonly string[]): Promise<void> {
  ignoreBrokenPipes()
  const signal = abortOnInterrupt()
  process.on('uncaughtException', (error) => process.exit(reportError(error, signal)))
  try {
    assertNodeVersion(process.versions.node)
    await createProgram(signal).parseAsync(args, { from: 'user' })
  } catch (error) {
    // Commander has printed its own; help and version end with 0.
    const isUsage = error instanceof CommanderError
    process.exitCode = isUsage ? (error.exitCode === 0 ? EXIT.ok : EXIT.usage) : reportError(error, signal)
  }
}

function createProgram(signal: AbortSignal): Command {
  const program = new Command('lading')
    .description('Versioned artifacts with aliases and lineage, on storage you already own.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--store <url>', 'folder or URL of the store (LADING_STORE; default: ./.lading)')
    .option('--project <name>', 'project of names that say none (LADING_PROJECT; default: default)')
    .option('--json', 'print one JSON value on stdout, as docs/cli.md describes it')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', REFS)
  const commands = [
    createLogCommand(signal),
    createUseCommand(signal),
    createGetCommand(signal),
    createLsCommand(signal),
    createShowCommand(signal),
    createAliasCommand(signal),
    createLineageCommand(signal),
    createVerifyCommand(signal),
  ]
  configure(program)
  for (const command of commands) program.addCommand(inherit(command, program))
  return program
}

const REFS = `
A ref names a version: model (its latest), model:v3, model:prod (an alias), model@<digest>, each with an optional
project/ in front. Exit codes and the shapes of --json: docs/cli.md.`

function configure(program: Command): void {
  program
    .exitOverride()
    .showHelpAfterError(false)
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => screenOf(process.stdout).style('bold', title),
    })
    .configureOutput({ outputError: (text) => reportUsage(text, program) })
}

/** Commander's settings reach the commands that are made by `.command()`, not those that are added. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(child, command)
  return command
}

/** Commander says `error: what` and, on a line of its own, `(Did you mean …?)`. */
function reportUsage(text: string, program: Command): void {
  const { style } = screenOf(process.stderr)
  const [what = '', ...hints] = text.trim().split('\n')
  const hint = hints.join(' ').replaceAll(/^\(|\)$/g, '')
  process.stderr.write(`${style('red', 'lading:')} ${what.replace(/^error: /, '')}\n`)
  process.stderr.write(`  ${style('dim', hint || `see ${program.name()} --help`)}\n`)
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** `lading ls | head` ends quietly: the work goes on, and so the exit code is still the true one. */
function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
