import type { RootCommand } from '@bomb.sh/tab'
import { Argument, Command } from 'commander'
import type { Option } from 'commander'
import type { StoreKind, TypedLine } from '../completion/store-words.ts'
import { footer } from '../help.ts'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell']

/** `lading completion`: the script that makes a shell complete commands, flags and refs. */
export function createCompletionCommand(): Command {
  return new Command('completion')
    .summary('print the completion script of a shell')
    .description('Prints a script that makes a shell complete commands, flags, and names and refs of the store.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', footer(INSTALL))
    .action((shell: string) => printScript(shell))
}

async function printScript(shell: string): Promise<void> {
  const own = OWN_SCRIPTS[shell]
  if (own) {
    process.stdout.write(await own())
  } else {
    const { script } = await import('@bomb.sh/tab')
    script(shell, 'lading', 'lading')
  }
}

/** The scripts of shells for which that of tab would evaluate what was typed. */
const OWN_SCRIPTS: Readonly<Record<string, () => Promise<string>>> = {
  bash: async () => (await import('../completion/bash-script.ts')).BASH_SCRIPT,
  zsh: async () => (await import('../completion/zsh-script.ts')).ZSH_SCRIPT,
  powershell: async () => (await import('../completion/powershell-script.ts')).POWERSHELL_SCRIPT,
}

const INSTALL = `
In ~/.bashrc: source <(lading completion bash)

In ~/.zshrc, after compinit: source <(lading completion zsh)

Once: lading completion fish > ~/.config/fish/completions/lading.fish

In $PROFILE: lading completion powershell | Out-String | Invoke-Expression`

/** `lading complete -- WORDS…`: what those scripts ask. Never fails: a shell could only print that into the line. */
export function createCompleteCommand(): Command {
  return new Command('complete')
    .description('Answers what may come next on a command line; asked by the scripts of `lading completion`.')
    .argument('[word...]', 'what was typed after lading')
    .action(async (words: string[], _flags: object, command: Command) => {
      const { candidates, hasFiles } = await complete(command.parent!, words).catch(() => NOTHING)
      const directive = hasFiles && candidates.length === 0 ? 0 : NO_FILES
      process.stdout.write([...candidates, `:${directive}`].join('\n') + '\n')
    })
}

/** `ShellCompDirectiveNoFileComp` of the scripts. */
const NO_FILES = 4

interface Answer {
  /** Each a word, and after a tab what it is. */
  readonly candidates: readonly string[]
  readonly hasFiles: boolean
}

const NOTHING: Answer = { candidates: [], hasFiles: false }

type Kind = StoreKind | 'files'

async function complete(program: Command, words: readonly string[]): Promise<Answer> {
  const current = words.at(-1) ?? ''
  const prefix = /^-.*?=(?<value>.*)$/.exec(current)?.groups?.['value'] ?? current
  const asked = new Set<Kind>()
  const root = await treeOf(program, (kind) => asked.add(kind))
  root.parse(withValuesApart(words))
  const stored = await fromStore([...asked], { words, current: prefix })
  const described = new Map([...stored].map((word) => [word, word]))
  for (const { value, description = '' } of root.completions) {
    // A command comes again with each of its own commands.
    if (!described.has(value)) described.set(value, `${value}\t${description}`)
  }
  const candidates = [...described].flatMap(([value, line]) => (value.startsWith(prefix) ? [line] : []))
  return { candidates, hasFiles: asked.has('files') }
}

/** Before the cursor, `--store=X` as `--store X`: tab takes the first for a flag whose value comes next. */
function withValuesApart(words: readonly string[]): string[] {
  const apart = words.slice(0, -1).flatMap((word) => /^(--(?:store|project))=(.*)$/s.exec(word)?.slice(1) ?? word)
  return [...apart, words.at(-1) ?? '']
}

async function fromStore(kinds: readonly Kind[], line: TypedLine): Promise<readonly string[]> {
  const kind = kinds.find((each) => each !== 'files')
  if (kind === undefined) return []
  const { storeWords } = await import('../completion/store-words.ts')
  // A store that does not answer must not hide the commands and flags.
  return storeWords(kind, line).catch(() => [])
}

/** The tree of commands as tab wants it, which tells what else is asked for at the place of the cursor. */
async function treeOf(program: Command, ask: (kind: Kind) => void): Promise<RootCommand> {
  const { default: tab } = await import('@bomb.sh/tab/commander')
  const copy = new Command(program.name()).helpCommand('help [command]', 'print help for a command')
  for (const option of program.options) if (option.long !== '--version') copy.addOption(option)
  for (const command of program.commands) if (!OWN.includes(command.name())) copy.addCommand(summarised(command))
  const root = tab(copy, { completionCommandName: 'completion' })
  // It would print at once, before the store was asked, and never offer files.
  Object.assign(root, { complete: () => undefined })
  watch(copy, [], root, ask)
  return root
}

/** A list of candidates has room for a line each. */
function summarised(command: Command): Command {
  for (const child of command.commands) summarised(child)
  return command.description(command.summary())
}

/** Tab adds these itself. */
const OWN: readonly string[] = ['completion', 'complete']

function watch(command: Command, path: readonly string[], root: RootCommand, ask: (kind: Kind) => void): void {
  const node = path.length === 0 ? root : root.commands.get(path.join(' '))
  if (node) {
    for (const [name, option] of root.options) if (!node.options.has(name)) node.options.set(name, option)
    for (const argument of command.registeredArguments) {
      const kind = ARGUMENTS[`${path.join(' ')} ${argument.name()}`] ?? ARGUMENTS[argument.name()]
      const known = node.arguments.get(argument.name())
      if (kind !== undefined && known !== undefined) known.handler = () => ask(kind)
    }
    for (const option of command.options) {
      const kind = kindOf(option)
      const known = node.options.get(option.name())
      if (kind !== null && known !== undefined) known.handler = () => ask(kind)
    }
  }
  for (const child of command.commands) watch(child, [...path, child.name()], root, ask)
}

/** What an argument takes, by its name, or by its command and its name. */
const ARGUMENTS: Readonly<Record<string, Kind>> = {
  ref: 'refs',
  before: 'refs',
  after: 'refs',
  name: 'names',
  path: 'files',
  folder: 'files',
  run: 'runs',
  alias: 'aliases',
  // Inside a version, not on the disk.
  'cat path': 'paths',
}

function kindOf(option: Option): Kind | null {
  if (option.long === '--project') return 'projects'
  if (option.long === '--name') return 'names'
  if (option.long === '--run') return 'runs'
  return /<(?:folder|file|path|url)>/.test(option.flags) ? 'files' : null
}
