// Writes docs/cli.md from the commands themselves, their shapes and examples that are run: `npx node scripts/cli-docs.ts`.
// With --check it writes nothing, and fails when the page is not current.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { COMMANDS } from '../src/cli/commands/index.ts'
import { exitNotesOf } from '../src/cli/exit-notes.ts'
import { pathOf } from '../src/cli/help.ts'
import { createProgram } from '../src/cli/program.ts'
import { playExamples } from './cli-examples.ts'
import { SHAPES, SHARED_SHAPES } from './cli-shapes.ts'
import { formatShape } from './format-shape.ts'
import { ROOT } from './run.ts'

const PAGE = `${ROOT}docs/cli.md`

/** Prose, with `<!-- commands -->` and `<!-- shapes -->` where the generated parts go. */
const TEMPLATE = `${ROOT}scripts/cli.template.md`

/** The page, as it has to be for what the commands say and print now. Plays all examples. */
export async function cliPage(): Promise<string> {
  const program = await createProgram([], new AbortController().signal)
  const examples = await playExamples()
  const groups = [...Map.groupBy(COMMANDS.filter(isShown), ({ group }) => group)]
  const sections = groups.map(([group, entries]) => {
    const commands = entries.flatMap(({ name }) => leavesOf(program.commands.find((each) => each.name() === name)!))
    return `## ${group}\n\n${commands.map((command) => commandSection(command, examples)).join('\n')}`
  })
  return readFileSync(TEMPLATE, 'utf8')
    .replace('<!-- commands -->\n', () => sections.join('\n'))
    .replace('<!-- shapes -->\n', sharedShapes)
}

function isShown({ isHidden = false }: { readonly isHidden?: boolean }): boolean {
  return !isHidden
}

/** The commands that do something: `alias set`, and not `alias`. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

function commandSection(command: Command, examples: ReadonlyMap<string, string>): string {
  const name = pathOf(command).join(' ')
  const example = examples.get(name)
  const parts = [
    `### ${name}\n`,
    `${command.description()}\n`,
    fenced(`lading ${name} ${usageOf(command)}`.trimEnd()),
    partsTable(command),
    exitNotes(command),
    example === undefined ? '' : fenced(example.trimEnd()),
    shapesOf(name),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function usageOf(command: Command): string {
  return command
    .usage()
    .replace('[options]', command.options.length > 0 ? '[options]' : '')
    .trim()
}

function partsTable(command: Command): string {
  const help = command.createHelp()
  const own = help.visibleOptions(command).filter((option) => option.long !== '--help')
  const rows = [
    ...help.visibleArguments(command).map((argument) => [help.argumentTerm(argument), argument.description]),
    ...own.map((option) => [help.optionTerm(option), help.optionDescription(option)]),
  ]
  if (rows.length === 0) return ''
  return `| | |\n|---|---|\n${rows.map(([term, text]) => `| \`${term}\` | ${escapeCell(text!)} |\n`).join('')}`
}

function exitNotes(command: Command): string {
  const notes = Object.entries(exitNotesOf(command)).map(([code, meaning]) => `${code}, ${meaning}`)
  return notes.length === 0 ? '' : `[Exit codes](#exit-codes): ${notes.join('; ')}.\n`
}

function shapesOf(name: string): string {
  const shapes = SHAPES.filter(({ command }) => command === name)
  const texts = shapes.map(({ form, schema }) => {
    const title = form === undefined ? '' : `// ${name} ${form}\n`
    return title + formatShape(schema, SHARED_SHAPES)
  })
  return texts.length === 0 ? 'It has no JSON.\n' : `\`--json\`:\n${fenced(texts.join('\n\n'), 'ts')}`
}

function sharedShapes(): string {
  const texts = Object.entries(SHARED_SHAPES).map(([name, schema]) => `${name} = ${formatShape(schema, SHARED_SHAPES)}`)
  return fenced(texts.join('\n\n'), 'ts')
}

function fenced(text: string, language = ''): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

if (import.meta.main) {
  const page = await cliPage()
  if (!process.argv.includes('--check')) writeFileSync(PAGE, page)
  else if (readFileSync(PAGE, 'utf8') !== page) {
    process.stdout.write('docs/cli.md is not current: run `npx node scripts/cli-docs.ts`\n')
    process.exitCode = 1
  }
}
