// Replays the commands of docs/cli-walkthrough.md, and writes what they print into it: `npx node scripts/cli-walkthrough.ts`.
// With --check it writes nothing, and fails when they print something else.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { inFreshFolder, playLine } from './cli-examples.ts'
import { ROOT } from './run.ts'

const PAGE = `${ROOT}docs/cli-walkthrough.md`

/** Blocks of commands and what they print; `columns=50` is the width of the terminal, without it the output is a pipe. */
const BLOCK = /^```console(?: columns=(?<columns>\d+))?\n(?<body>[^]*?)^```$/gm

/** Stripping the types of all modules again would be most of the time that a command takes. */
const COMPILE_CACHE = `${ROOT}node_modules/.cache/lading-cli`

/** What a reader's folder is called. */
const FOLDER_SHOWN = '~/demo'

/** The page, with what its commands print now. They are played in their order, in one fresh folder. */
export async function replayed(page: string): Promise<string> {
  const outputs = await inFreshFolder(async () => {
    const texts: string[] = []
    for (const { groups } of page.matchAll(BLOCK)) {
      setColumns(Number(groups!['columns'] ?? 0))
      texts.push(await playBlock(groups!['body']!))
    }
    return texts
  })
  setColumns(0)
  return page.replace(BLOCK, (block) => `${block.split('\n', 1)[0]}\n${outputs.shift()}\`\`\``)
}

/** A page without what differs from one walk to the next: ids of runs, times. */
export function normalised(page: string): string {
  return page
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<run>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '<time>')
    .replaceAll(/\d+m ago/g, 'just now')
}

/** What the commands of a block print; a command goes on in the next line after a backslash. */
async function playBlock(body: string): Promise<string> {
  const commands = body.matchAll(/^\$ (?<command>(?:.*\\\n)*.*)$/gm)
  let text = ''
  for (const { groups } of commands) {
    const command = groups!['command']!
    text += `$ ${command}\n${await play(command.replaceAll('\\\n', ' '))}`
  }
  return stripVTControlCharacters(text).replaceAll(process.cwd(), FOLDER_SHOWN)
}

/** A plain command of lading is run in this process, which is far quicker; what needs a shell gets one. */
async function play(command: string): Promise<string> {
  const isPlain = /^lading [^|<>;&$"`*~\\]*$/.test(command.replaceAll(/'[^']*'/g, ''))
  return isPlain ? playLine(command.slice('lading '.length)) : playInShell(command)
}

function playInShell(command: string): string {
  const bin = join(process.cwd(), '.bin')
  mkdirSync(bin, { recursive: true })
  const script = `#!/bin/sh\nexec '${process.execPath}' '${ROOT}src/cli/main.ts' "$@"\n`
  writeFileSync(join(bin, 'lading'), script, { mode: 0o755 })
  const env = { ...process.env, PATH: bin + delimiter + process.env['PATH'], NODE_COMPILE_CACHE: COMPILE_CACHE }
  const { stdout, status } = spawnSync('sh', ['-c', `exec 2>&1\n${command}`], { encoding: 'utf8', env })
  return status === 0 ? stdout : `${stdout}[exit code ${status}]\n`
}

/** Makes the output of this process a terminal that wide; 0 makes it a pipe. */
function setColumns(columns: number): void {
  // No progress bar: it is gone when a command has ended.
  process.env['TERM'] = 'dumb'
  for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { isTTY: columns > 0, columns })
}

if (import.meta.main) {
  const page = readFileSync(PAGE, 'utf8')
  const now = await replayed(page)
  if (!process.argv.includes('--check')) writeFileSync(PAGE, now)
  else if (normalised(now) !== normalised(page)) {
    const [was, is] = [page, now].map((text) => normalised(text).split('\n'))
    const line = is!.findIndex((each, index) => each !== was![index])
    process.stdout.write(`docs/cli-walkthrough.md:${line + 1} says\n${was![line]}\nbut it is\n${is![line]}\n`)
    process.stdout.write('run `npx node scripts/cli-walkthrough.ts`\n')
    process.exitCode = 1
  }
}
