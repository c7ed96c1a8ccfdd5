/** The method that `console.log` of Node asks an object for. Named by its symbol, so that nothing of Node is loaded. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** What Node gives that method: how deep it may go still, its options, and itself. */
export type InspectArguments = readonly [
  depth: number,
  options: object,
  inspect: (value: unknown, options: object) => string,
]

/** What is printed of an object of ours: what it is, and the facts that a person wants. */
export function inspected([depth, options, inspect]: InspectArguments, what: string, facts: object): string {
  return depth < 0 ? `[${what}]` : `${what} ${inspect(facts, options)}`
}
