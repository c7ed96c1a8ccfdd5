import { encodeDocument } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ProtocolContext } from './context.ts'
import { putUntilThere } from './indexes.ts'
import { FORMAT_KEY } from './keys.ts'
import { formatSchema, parseDocument } from './schemas.ts'

/** The format that this version writes, and the newest it can read. */
export const FORMAT = 1

/** Guards a store against readers that are too old for it. */
export interface FormatGate {
  /** Rejects `UNSUPPORTED` when the store needs a newer lading. One request, the first time. */
  check(options: CallOptions): Promise<void>
  /** The same, and creates the mark of the format where there is none: before anything else is written. */
  establish(options: CallOptions): Promise<void>
}

/** The gate of one store. */
export function createFormatGate(context: ProtocolContext): FormatGate {
  let state: 'unread' | 'absent' | 'present' = 'unread'

  async function read(options: CallOptions): Promise<void> {
    const found = await context.objects.get(FORMAT_KEY, options)
    if (found) assertReadable(found.bytes)
    state = found ? 'present' : 'absent'
  }

  return {
    async check(options) {
      if (state === 'unread') await read(options)
    },
    async establish(options) {
      if (state === 'unread') await read(options)
      if (state === 'present') return
      const mark = { format: FORMAT, minReader: FORMAT, storeId: context.ids.next() }
      const answer = await putUntilThere(context, FORMAT_KEY, encodeDocument(mark))
      if (answer === 'exists') await read(options)
      else state = 'present'
    },
  }
}

function assertReadable(bytes: Uint8Array): void {
  const { minReader, format } = parseDocument(formatSchema, bytes, FORMAT_KEY)
  if (minReader <= FORMAT) return
  throw new LadingError('UNSUPPORTED', {
    key: FORMAT_KEY,
    detail: `the store has format ${format} and needs a reader of format ${minReader}; this one reads format ${FORMAT}`,
    next: 'update lading',
  })
}
