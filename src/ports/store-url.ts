import { LadingError } from '../domain/errors.ts'
import { nearest, withMeant } from '../domain/nearest.ts'

/** A store URL, taken apart. */
export interface ParsedStoreUrl<Name extends string> {
  /** Everything but the parameters, by the WHATWG's rules: a path in it is percent-encoded. */
  readonly url: URL
  /** The parameters that were given, decoded. */
  readonly parameters: { readonly [name in Name]?: string }
}

/**
 * Takes a store URL apart for an adapter that knows these parameters.
 *
 * Rejects `INVALID` for what is no URL, one with a fragment, an unknown parameter (named, with the nearest known one) and a
 * parameter that is given twice.
 */
export function parseStoreUrl<const Name extends string = never>(
  text: string,
  known: readonly Name[] = [],
): ParsedStoreUrl<Name> {
  if (!URL.canParse(text)) throw invalid(text, 'it is not a URL', 'write it as scheme://host/path')
  const url = new URL(text)
  if (url.hash !== '') throw invalid(text, 'a store URL has no fragment', 'write a # in a path as %23')
  const parameters: { [name in Name]?: string } = {}
  for (const [name, value] of url.searchParams) {
    const key = known.find((each) => each === name)
    if (key === undefined) throw unknownParameter(text, name, known)
    if (Object.hasOwn(parameters, key)) throw invalid(text, `the parameter ${name} is given twice`, 'give it once')
    parameters[key] = value
  }
  return { url: new URL(text.replace(/\?.*$/s, '')), parameters }
}

/** A store URL for people to read: without the password that it may carry. */
export function withoutPassword(url: string): string {
  return url.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#:@]*):[^/?#]*@/, '$1:***@')
}

function unknownParameter(text: string, name: string, known: readonly string[]): LadingError {
  const all = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
  return invalid(text, `unknown parameter ${name}`, withMeant(nearest(name, known), all))
}

function invalid(url: string, detail: string, next: string): LadingError {
  return new LadingError('INVALID', { operation: 'openStore', key: withoutPassword(url), detail, next })
}
