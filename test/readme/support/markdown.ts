import { globSync, readFileSync } from 'node:fs'
import { ROOT } from '../../../scripts/run.ts'

/** Every page of documentation that is committed, relative to the root. */
export const PAGES: readonly string[] = globSync(['*.md', 'ADR/*.md', 'docs/**/*.md', 'src/**/*.md'], { cwd: ROOT })
  .map((file) => file.replaceAll('\\', '/'))
  .toSorted()

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(`${ROOT}${page}`, 'utf8')
}

/** The code blocks of one language, in their order, each ending in a line break. */
export function snippetsOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\S*)\n(.*?)^```$/gms)].filter(([, of]) => of === language).map(([, , code]) => code!)
}

/** The TypeScript blocks that are files, by the names in their first lines. */
export function filesOf(text: string): ReadonlyMap<string, string> {
  return new Map(snippetsOf(text, 'ts').map((code) => [/^\/\/ (\S+\.ts)\n/.exec(code)![1]!, code]))
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
