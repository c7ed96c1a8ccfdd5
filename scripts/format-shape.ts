// Schemas of valibot in the notation of TypeScript, for reading.
import * as v from 'valibot'

/** Shapes that go by a name: by it they are told inside others, and what has all of their members says `...Name`. */
export type NamedShapes = Readonly<Record<string, v.GenericSchema>>

/** A shape, with a comment behind each member that needs one. Its own title is not told. */
export function formatShape(schema: v.GenericSchema, shapes: NamedShapes): string {
  return format(schema, { indent: '', shapes, isTop: true })
}

interface Place {
  readonly indent: string
  readonly shapes: NamedShapes
  /** Where the shape itself is told, and not its name. */
  readonly isTop?: boolean
}

type Entries = Readonly<Record<string, v.GenericSchema>>

/** What the notation needs to know of a schema of valibot. */
interface Described {
  readonly type: string
  readonly entries: Entries
  readonly item: v.GenericSchema
  readonly wrapped: v.GenericSchema
  readonly value: v.GenericSchema
  readonly options: readonly (v.GenericSchema | string)[]
  readonly literal: string
}

function format(schema: v.GenericSchema, { isTop = false, ...place }: Place): string {
  const title = v.getTitle(schema)
  if (title !== undefined && !isTop) return title
  const described = schema as unknown as Described
  const inner = (each: v.GenericSchema) => format(each, place)
  switch (described.type) {
    case 'strict_object':
      return formatObject(described.entries, place)
    case 'array':
      return `${grouped(inner(described.item))}[]`
    case 'nullable':
      return `${inner(described.wrapped)} | null`
    case 'record':
      return `{ [key]: ${inner(described.value)} }`
    case 'union':
      return (described.options as readonly v.GenericSchema[]).map(inner).join(' | ')
    case 'picklist':
      return (described.options as readonly string[]).map((option) => JSON.stringify(option)).join(' | ')
    case 'literal':
      return JSON.stringify(described.literal)
    default:
      return described.type
  }
}

/** Puts a union in brackets before something is said of all of it. */
function grouped(text: string): string {
  const withoutBraces = text.replaceAll(/\{[^{}]*\}/g, '').replaceAll(/\{[^{}]*\}/g, '')
  return withoutBraces.includes('|') ? `(${text})` : text
}

/** Longer objects have a line for each member. */
const LINE_MAX = 80

function formatObject(entries: Entries, { indent, shapes }: Place): string {
  const below = `${indent}  `
  const whole = wholeShape(entries, shapes)
  const own = Object.entries(entries).filter(([key]) => whole === null || !(key in whole.entries))
  const members = own.map(([key, schema]) => {
    return { text: `${key}: ${format(schema, { indent: below, shapes })}`, note: v.getDescription(schema) }
  })
  const all = whole === null ? members : [{ text: `...${whole.name}`, note: undefined }, ...members]
  const line = `{ ${all.map(({ text }) => text).join(', ')} }`
  const isShort = indent.length + line.length <= LINE_MAX && !line.includes('\n')
  if (isShort && all.every(({ note }) => note === undefined)) return line
  const lines = all.map(({ text, note }) => `${below}${text}${note === undefined ? '' : `  // ${note}`}\n`)
  return `{\n${lines.join('')}${indent}}`
}

/** The shape of which an object has all members, and others. */
function wholeShape(
  entries: Entries,
  shapes: NamedShapes,
): { readonly name: string; readonly entries: Entries } | null {
  const sizeOf = (shape: v.GenericSchema) => Object.keys((shape as unknown as Described).entries ?? {}).length
  const largestFirst = Object.entries(shapes).toSorted(([, a], [, b]) => sizeOf(b) - sizeOf(a))
  for (const [name, shape] of largestFirst) {
    const { type, entries: known } = shape as unknown as Described
    if (type !== 'strict_object' || known === entries) continue
    const keys = Object.keys(known)
    const isInside = keys.every((key) => entries[key] === known[key])
    if (isInside && keys.length < Object.keys(entries).length) return { name, entries: known }
  }
  return null
}
