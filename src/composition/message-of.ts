import { quote } from '../domain/canonical-json.ts'

/** What was thrown by code of others, in words: it may be anything, also an object that is no text. Never throws. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  return typeof thrown === 'string' ? thrown : quote(thrown)
}
