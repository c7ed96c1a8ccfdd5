import { globSync, readFileSync } from 'node:fs'
import { ROOT } from '../../../scripts/run.ts'

const FOLDERS = ['*.md', 'ADR/*.md', 'docs/**/*.md', 'examples/*.md', 'examples/*/*.md', 'src/**/*.md']

/** Every page of documentation that is committed, relative to the root. */
export const PAGES: readonly string[] = globSync(FOLDERS, { cwd: ROOT })
  .map((file) => file.replaceAll('\\', '/'))
  .toSorted()

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(`${ROOT}${page}`, 'utf8')
}

/** A code block. */
export interface Block {
  readonly language: string
  /** What stands behind the language in the line that opens it. Readers do not see it. */
  readonly marks: readonly string[]
  /** Ends in a line break. */
  readonly code: string
}

/** The code blocks of a page, in their order. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S*)([^\n]*)\n(.*?)^```$/gms)].map(([, language, marks, code]) => ({
    language: language!,
    marks: marks!.split(' ').filter(Boolean),
    code: code!,
  }))
}

/** The code blocks of one language, in their order, each ending in a line break. */
export function snippetsOf(text: string, language: string): string[] {
  return blocksOf(text)
    .filter((block) => block.language === language)
    .map(({ code }) => code)
}

/** The TypeScript blocks that are files, by the names in their first lines. */
export function filesOf(text: string): ReadonlyMap<string, string> {
  const named = snippetsOf(text, 'ts').map((code) => [fileNameOf(code), code] as const)
  return new Map(named.filter((each): each is [string, string] => each[0] !== null))
}

/** The name of the file that a block is; null where it is none. */
export function fileNameOf(code: string): string | null {
  return /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? null
}

/** The targets of all links outside code, without those that leave the project. */
export function relativeLinksOf(text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  return links.filter((target) => !/^[a-z]+:/.test(target))
}

/** The fragments that lead to the headings of a page, made as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  const headings = [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
}

function withoutCode(text: string): string {
  return text
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`([^`\n]*)`/g, (_, code: string) => code.replaceAll('](', ''))
}
