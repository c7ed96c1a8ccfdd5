/** The type of an artifact of which nobody ever said one. */
export const TYPE_UNSPECIFIED = 'unspecified'

/** What is wrong with logging a type into an artifact of another one, and how an unwanted `unspecified` came about. */
export function typeConflict(actual: string, given: string): string {
  const differs = `the artifact has type ${JSON.stringify(actual)}, not ${JSON.stringify(given)}`
  if (actual !== TYPE_UNSPECIFIED) return differs
  return `${differs}: it was begun without one, and a type never changes`
}
