import { relative } from 'node:path'

/** What both vitest and node:test hand to a test. */
export interface RunnerTest {
  skip(reason: string): void
  /** Of node:test: the file that is run, absolute. */
  readonly filePath?: string | undefined
  /** Of vitest: the file that is run, relative to its root. */
  readonly task?: { readonly file: { readonly name: string } }
}

/** The command that repeats one case of one subject in one file, with the runner that runs it now. For a POSIX shell. */
export function repeatCommand(caseId: string, subjectName: string, test: RunnerTest): string {
  // Dots for all that a shell or a regular expression would take for something else.
  const pattern = `"${subjectName.replaceAll(/[^\w ,-]/g, '.')}.*${caseId}$"`
  if (test.filePath !== undefined)
    return `node --test --test-name-pattern=${pattern} ${quoted(fromHere(test.filePath))}`
  return ['npx vitest run', ...(test.task ? [quoted(test.task.file.name)] : []), `-t ${pattern}`].join(' ')
}

/** The command where only the case is known. */
export function repeatWithVitest(caseId: string): string {
  return `npx vitest run -t "${caseId}$"`
}

function fromHere(file: string): string {
  return relative(process.cwd(), file)
}

function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`
}
