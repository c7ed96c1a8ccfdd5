import { LadingError, parseStoreUrl } from 'lading/ports'

/** How a shelf is reached. */
export interface ShelfOptions {
  /** Where the objects are: `http://host:port/bucket`. */
  readonly url: string
  /** Sent as a bearer token. Default: none is sent. */
  readonly token?: string | undefined
}

/** The bucket that a store URL names: `shelf://host:port/bucket`, over plain HTTP. Throws `INVALID`, naming what is wrong. */
export function parseShelfUrl(storeUrl: string): string {
  const { host, pathname, username, password } = parseStoreUrl(storeUrl).url
  if (username !== '' || password !== '') throw invalid('it holds a user or a password', 'give a `token` to `shelf()`')
  if (host === '') throw invalid('it names no host', 'write it as shelf://host:port/bucket')
  if (!/^\/[A-Za-z0-9_-]+$/.test(pathname)) throw invalid('it names no bucket', 'write it as shelf://host:port/bucket')
  return `http://${host}${pathname}`
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
