// The examples of docs/cli.md, and how they are played: one after the other in one folder, each by the real command.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommanderError } from 'commander'
import { reportError } from '../src/cli/errors.ts'
import { EXIT } from '../src/cli/exit-codes.ts'
import { createProgram } from '../src/cli/program.ts'

/** What the folder holds at first, and what is written before a later example. */
interface Example {
  /** The command that it is an example of: `alias set`. */
  readonly command: string
  /** Command lines, without `lading`; quotes are single ones. */
  readonly lines: readonly string[]
  /** Path → content of files that are written first. */
  readonly files?: Readonly<Record<string, string>>
}

/** Every command that prints the same on every machine. */
export const EXAMPLES: readonly Example[] = [
  {
    command: 'log',
    files: { 'checkpoint/config.json': '{ "layers": 50 }\n', 'checkpoint/weights.bin': '0123456789'.repeat(5_000) },
    lines: [
      'log checkpoint --name resnet --type model --alias candidate --run train-1 --metadata \'{"accuracy": 0.91}\'',
      'log checkpoint --name resnet',
    ],
  },
  { command: 'use', lines: ['use resnet:candidate --run eval-1'] },
  { command: 'get', lines: ['get resnet --root model', "get resnet --include '*.txt'"] },
  {
    command: 'checkout',
    files: { 'model/notes.txt': 'mine\n' },
    lines: ['checkout resnet model --dry-run', 'checkout resnet model --yes'],
  },
  {
    command: 'ls',
    files: { 'checkpoint/config.json': '{ "layers": 101 }\n' },
    lines: ['log checkpoint --name resnet --run train-2', 'ls', 'ls resnet'],
  },
  { command: 'show', lines: ['show resnet:candidate'] },
  { command: 'files', lines: ["files resnet '*.json'"] },
  { command: 'cat', lines: ['cat resnet config.json', 'cat resnet confg.json'] },
  { command: 'diff', lines: ['diff resnet:v0 resnet:v1'] },
  {
    command: 'lineage',
    files: { 'scores.json': '{ "accuracy": 0.91 }\n' },
    lines: ['log scores.json --name scores --run eval-1', 'lineage resnet:v0', 'lineage scores --depth 1'],
  },
  { command: 'runs', lines: ['runs', 'runs eval-1'] },
  { command: 'projects', lines: ['projects'] },
  { command: 'verify', lines: ['verify', 'verify resnet --dir model'] },
  { command: 'alias set', lines: ['alias set resnet:v0 prod', 'alias set resnet:v1 prod --expect none'] },
  { command: 'alias ls', lines: ['alias ls resnet'] },
  { command: 'alias history', lines: ['alias set resnet:v1 prod --expect v0', 'alias history resnet prod'] },
  { command: 'alias rm', lines: ['alias rm resnet candidate'] },
  {
    command: 'update',
    lines: ["update resnet --description 'ships, seen from above' --metadata '{\"accuracy\": 0.93}'"],
  },
  { command: 'rm', lines: ['rm resnet:v0', 'rm resnet:v0 --yes', 'rm resnet:v1 --yes'] },
  {
    command: 'upsert',
    files: { 'part-1/a.txt': 'a\n', 'part-2/b.txt': 'b\n' },
    lines: [
      'upsert corpus part-1 --distributed-id monday --run worker-1 --type dataset',
      'upsert corpus part-2 --distributed-id monday --run worker-2 --type dataset',
    ],
  },
  { command: 'drafts', lines: ['drafts corpus'] },
  { command: 'finish', lines: ['finish corpus --distributed-id monday --alias reviewed --run worker-1'] },
  {
    command: 'abandon',
    lines: ['upsert corpus part-1 --distributed-id tuesday --run worker-1', 'abandon corpus --distributed-id tuesday'],
  },
  { command: 'config', lines: ['config --project ships'] },
]

/** What a reader's folder is called. */
const FOLDER_SHOWN = '/home/ann/ships'

const TIME_SHOWN = '2026-11-21 11:12:47 UTC'

/** Plays all examples; what each prints goes by its command. For a process of its own, as `inFreshFolder` is. */
export function playExamples(): Promise<ReadonlyMap<string, string>> {
  return inFreshFolder(async () => {
    const played = new Map<string, string>()
    for (const example of EXAMPLES) played.set(example.command, await playOne(example, process.cwd()))
    return played
  })
}

/**
 * Does something in a fresh folder, which is the working folder meanwhile, and is removed afterwards. Changes the
 * environment of this process: it is for a process of its own.
 */
export async function inFreshFolder<T>(work: () => Promise<T>): Promise<T> {
  const [home, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'lading-docs-'))]
  for (const name of ['LADING_STORE', 'LADING_PROJECT', 'LC_ALL', 'LC_CTYPE', 'LANG', 'FORCE_COLOR', 'LADING_DEBUG']) {
    delete process.env[name]
  }
  Object.assign(process.env, { NO_COLOR: '1', LADING_CACHE: '.cache' })
  process.chdir(folder)
  try {
    return await work()
  } finally {
    process.chdir(home)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function playOne({ lines, files = {} }: Example, folder: string): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  const blocks: string[] = []
  for (const line of lines) blocks.push(`$ lading ${line}\n${await playLine(line)}`)
  return blocks
    .join('')
    .replaceAll(folder, FOLDER_SHOWN)
    .replaceAll(homedir(), '~')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, TIME_SHOWN)
}

/** What a command line without its `lading` prints, and its exit code if that is not 0. Quotes are single ones. */
export async function playLine(line: string): Promise<string> {
  const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
  const { exitCode, text } = await runInProcess(args)
  return exitCode === 0 ? text : `${text}[exit code ${exitCode}]\n`
}

/** What a command line left. */
export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** All that was printed, in order. */
  readonly text: string
}

/** Runs one command line in this process, with its output taken away meanwhile: far quicker than a child. */
export async function runInProcess(args: readonly string[]): Promise<Ran> {
  const printed: { readonly isOut: boolean; readonly text: string }[] = []
  const giveBack = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream
    const take = (chunk: string | Uint8Array) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      return printed.push({ isOut: stream === process.stdout, text }) > 0
    }
    Object.assign(stream, { write: take })
    return () => void Object.assign(stream, { write })
  })
  try {
    const exitCode = await exitCodeOf(args)
    const textOf = (rows: typeof printed) => rows.map(({ text }) => text).join('')
    const [stdout, stderr] = [true, false].map((which) => textOf(printed.filter(({ isOut }) => isOut === which)))
    return { exitCode, stdout: stdout!, stderr: stderr!, text: textOf(printed) }
  } finally {
    for (const give of giveBack) give()
  }
}

async function exitCodeOf(args: readonly string[]): Promise<number> {
  const before = process.exitCode
  process.exitCode = 0
  try {
    const program = await createProgram(args, new AbortController().signal)
    await program.parseAsync(args, { from: 'user' })
    return Number(process.exitCode)
  } catch (error) {
    // As the program itself: Commander has printed its own.
    return error instanceof CommanderError ? (error.exitCode === 0 ? EXIT.ok : EXIT.usage) : reportError(error)
  } finally {
    process.exitCode = before
  }
}
