import type { Argument, Command, Help, HelpConfiguration, Option } from 'commander'
import { screenOf } from './terminal.ts'

/** Longer lines are hard to read. */
const COLUMNS_MAX = 100

/** A description that would be narrower stands below its term. */
const DESCRIPTION_MIN = 28

const INDENT = '  '

/** How help is laid out: it fits the terminal from 40 columns on. */
export const HELP: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: 10,
  styleTitle: (title) => screenOf(process.stdout).style('bold', title),
  commandUsage: (command) => wrapUsage(`lading ${pathOf(command).join(' ')} ${command.usage()}`.replace(/ +/g, ' ')),
  commandDescription: (command) => reflow(command.description()),
  // The version of lading is no matter of a command; of a group of commands each one tells.
  visibleGlobalOptions: (command) =>
    command.commands.length > 0 ? [] : optionsAbove(command).filter(({ long }) => long !== '--version'),
  // That it has options, its own help tells.
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(formatArgument)].join(' '),
  formatItem,
}

/** Columns that help takes: those of the terminal, 80 in a pipe, never more than can be read well. */
export function helpColumns(): number {
  return Math.min(process.stdout.columns ?? 80, COLUMNS_MAX)
}

/** Text after help, wrapped as help is. Paragraphs are separated by an empty line. */
export function footer(text: string): (context: { readonly command: Command }) => string {
  return ({ command }) => `\n${Object.assign(command.createHelp(), HELP).boxWrap(reflow(text), helpColumns())}`
}

/** A command as it is typed after `lading`: `alias set`. */
export function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}

/** Line breaks in a text of ours only keep the source readable; an empty line stays. */
function reflow(text: string): string {
  return text.trim().replaceAll(/(?<!\n)\n(?!\n)/g, ' ')
}

function optionsAbove({ parent }: Command): Option[] {
  return parent === null ? [] : [...parent.options, ...optionsAbove(parent)]
}

function formatArgument(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '')
  return argument.required ? `<${name}>` : `[${name}]`
}

function wrapUsage(usage: string): string {
  const room = helpColumns() - 'Usage: '.length
  const lines = ['']
  for (const word of usage.trim().split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.join(`\n${' '.repeat('Usage: '.length)}`)
}

function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  if (description === '') return INDENT + term
  const columns = helpColumns()
  const besideWidth = columns - INDENT.length - termWidth - INDENT.length
  if (besideWidth < DESCRIPTION_MIN) {
    const below = INDENT.repeat(3)
    return `${INDENT}${term}\n${indented(helper.boxWrap(description, columns - below.length), below, below)}`
  }
  const padded = INDENT + term.padEnd(termWidth + term.length - helper.displayWidth(term)) + INDENT
  return indented(helper.boxWrap(description, besideWidth), padded, ' '.repeat(termWidth + 2 * INDENT.length))
}

function indented(text: string, first: string, others: string): string {
  return first + text.replaceAll('\n', `\n${others}`)
}
