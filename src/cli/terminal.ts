import { stripVTControlCharacters, styleText } from 'node:util'

/** Where text is printed to: how wide it is, and whether it takes colours. */
export interface Screen {
  /** Columns of the terminal; infinite where the output is no terminal, so that nothing is cut in a pipe. */
  readonly columns: number
  /** Colours a text where the stream takes colours: NO_COLOR, FORCE_COLOR and TERM are honoured. */
  style(format: Style, text: string): string
}

/** The few styles that the CLI uses. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** A terminal that does not tell its width. */
const COLUMNS_DEFAULT = 80

/** The screen of a stream. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    columns: stream.isTTY ? stream.columns || COLUMNS_DEFAULT : Number.POSITIVE_INFINITY,
    style: (format, text) => styleText(format, text, { stream }),
  }
}

let segmenter: Intl.Segmenter | null = null

/** What a reader takes for one character. The segmenter takes some milliseconds to make, and plain text needs none. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter()
  return segmenter.segment(text)
}

/** Scripts and emoji that terminals draw two columns wide. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u

/** Columns that a text takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length
  return Iterator.from(graphemesOf(plain)).reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0)
}

/** A text without colours, cut to a width; `…` stands for what is left out. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let [cut, width] = ['', 0]
  for (const { segment } of graphemesOf(text)) {
    width += widthOf(segment)
    if (width > columns - 1) break
    cut += segment
  }
  return `${cut}…`
}

/** Control characters and those that turn the reading direction: printed raw, foreign text could repaint the terminal. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** Text from a store or a user, safe to print on one line: what a terminal would act on is shown as `\u001b`. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The lines of a text that fit a width, broken at spaces; a longer word stays whole, so that it can be copied. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || widthOf(line) + 1 + widthOf(word) > columns) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

/** As `wrap`, with the lines after the first one indented; all of them fit the width. */
export function wrapHanging(text: string, columns: number): readonly string[] {
  return wrap(text, columns - HANG.length).map((line, index) => (index === 0 ? line : HANG + line))
}

const HANG = '  '
