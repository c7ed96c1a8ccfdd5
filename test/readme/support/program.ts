import { blocksOf, fileNameOf, snippetsOf } from './markdown.ts'

/** Joins snippets into the one program that they are parts of, its imports first and each name imported once. */
export function joinProgram(snippets: readonly string[]): string {
  const names = new Map<string, Set<string>>()
  const bodies = snippets.map((snippet) =>
    snippet.replaceAll(/^import \{ (.+) \} from '(.+)'\n/gm, (_, list: string, from: string) => {
      for (const name of list.split(', ')) names.set(from, (names.get(from) ?? new Set()).add(name))
      return ''
    }),
  )
  const imports = [...names].map(([from, set]) => `import { ${[...set].join(', ')} } from '${from}'\n`)
  return [imports.join(''), ...bodies].join('\n')
}

/** What a program promises to print: the comments behind its `console.log`s, and the lines that are nothing else. */
export function promisesOf(program: string): string[] {
  return program.split('\n').flatMap((line) => {
    const promise = /^(?:.*console\.log\(.*\) )?\/\/ (.+)$/.exec(line)?.[1]
    return promise === undefined ? [] : [promise]
  })
}

/**
 * The programs of a page, in their order: all its TypeScript blocks are one, but each that is marked ` ```ts alone ` is one
 * by itself. Files, whose first line is their name, are none.
 */
export function programsOf(page: string): string[] {
  const blocks = blocksOf(page).filter(({ language, code }) => language === 'ts' && fileNameOf(code) === null)
  const alone = blocks.filter(({ marks }) => marks.includes('alone')).map(({ code }) => code)
  const parts = blocks.filter(({ marks }) => !marks.includes('alone')).map(({ code }) => code)
  return [...(parts.length > 0 ? [joinProgram(parts)] : []), ...alone]
}

/** The commands of the command line that a page shows, without what comes before them and their comments. */
export function commandsOf(page: string): string[] {
  const lines = snippetsOf(page, 'sh').flatMap((text) => text.split('\n'))
  return lines.filter((line) => line.startsWith('lading ')).map((line) => line.replace(/ +# .*$/, ''))
}
