import { LadingError } from '../domain/errors.ts'

/** Deeper than what people write: there the search ends. */
const DEPTH_MAX = 100

const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Parses JSON that a user wrote. Rejects `INVALID`, with the line and the column, counted from 1, where it stops being JSON. */
export function parseJson(text: string, refusal: { readonly key: string; readonly next: string }): unknown {
  const json = text.replace(/^\uFEFF/, '')
  try {
    return JSON.parse(json)
  } catch (cause) {
    const scan = new Scan(json)
    scan.document()
    const before = json.slice(0, scan.at).split('\n')
    const detail = `no valid JSON at line ${before.length}, column ${before.at(-1)!.length + 1}`
    throw new LadingError('INVALID', { ...refusal, detail, cause })
  }
}

/** Reads JSON up to its first mistake. `JSON.parse` tells where that is only sometimes. */
class Scan {
  at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  document(): boolean {
    return this.#value(0) && this.#token(SPACE) && this.at === this.#text.length
  }

  #value(depth: number): boolean {
    this.#token(SPACE)
    if (depth > DEPTH_MAX) return false
    if (this.#token(/\{/y)) return this.#items(/\}/y, () => this.#member(depth))
    if (this.#token(/\[/y)) return this.#items(/\]/y, () => this.#value(depth + 1))
    return this.#token(STRING) || this.#token(SCALAR)
  }

  #member(depth: number): boolean {
    this.#token(SPACE)
    return this.#token(STRING) && this.#token(SPACE) && this.#token(/:/y) && this.#value(depth + 1)
  }

  #items(end: RegExp, item: () => boolean): boolean {
    this.#token(SPACE)
    if (this.#token(end)) return true
    do {
      if (!item()) return false
      this.#token(SPACE)
    } while (this.#token(/,/y))
    return this.#token(end)
  }

  #token(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.#text)) return false
    this.at = pattern.lastIndex
    return true
  }
}
