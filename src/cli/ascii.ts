/** What is drawn beside letters and digits, in ASCII of the same width. */
const ASCII: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '→': '>',
  '…': '~',
  '─': '-',
  '│': '|',
  '├': '|',
  '└': '`',
}

/**
 * A text as the locale can show it: where that is one without Unicode, as with `LC_ALL=C`, marks and lines are drawn in
 * ASCII. An environment that names no locale says nothing: containers have none, and terminals that show Unicode.
 */
export function drawable(text: string, { LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv = process.env): string {
  const locale = LC_ALL || LC_CTYPE || LANG || 'UTF-8'
  return /utf-?8/i.test(locale) ? text : text.replaceAll(/[✓✗→…─│├└]/g, (mark) => ASCII[mark] ?? mark)
}
