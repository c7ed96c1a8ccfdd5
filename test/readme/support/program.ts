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
