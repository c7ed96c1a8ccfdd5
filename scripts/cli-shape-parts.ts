// What the shapes of scripts/cli-shapes.ts are made of.
import * as v from 'valibot'

const named = <T extends v.GenericSchema>(schema: T, name: string) => v.pipe(schema, v.title(name))

export const text = v.string()
export const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
export const count = named(whole, 'count')
export const bytes = named(whole, 'bytes')
export const time = named(v.pipe(text, v.isoTimestamp()), 'time')
export const version = named(v.pipe(text, v.regex(/^v(0|[1-9]\d*)$/)), 'version')
export const ref = named(v.pipe(text, v.regex(/^[\w.-]+\/[\w.-]+:v\d+$/)), 'ref')
export const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/))
const digest = named(sha256, 'digest')
export const path = named(v.pipe(text, v.nonEmpty()), 'path')
export const alias = named(v.pipe(text, v.nonEmpty()), 'alias')
export const json = v.record(text, v.unknown())

/** Which artifact something is about. */
export const artifact = { project: text, name: text }

/** Which version something is about. */
export const oneVersion = { ref, ...artifact, version }

export const File = named(
  v.strictObject({
    path,
    digest: v.pipe(text, v.description('SHA-256; of a reference without one its etag, or its URI')),
    sizeBytes: bytes,
    uri: v.pipe(v.nullable(text), v.description('where a reference leads to; null for a file')),
  }),
  'File',
)

const runRef = { project: text, id: text, name: text }

export const RunRef = named(v.strictObject(runRef), 'RunRef')

export const run = {
  ...runRef,
  group: v.nullable(text),
  config: v.nullable(json),
  createdAt: time,
}

export const Run = named(v.strictObject(run), 'Run')

export const versionFacts = {
  ...oneVersion,
  type: text,
  digest,
  aliases: v.pipe(v.array(alias), v.description('latest included')),
  sizeBytes: bytes,
  fileCount: count,
  createdAt: time,
  derivedFrom: v.pipe(v.nullable(ref), v.description('the version whose draft it was made from')),
}

export const Version = named(v.strictObject(versionFacts), 'Version')

export const Download = {
  ref,
  root: v.pipe(text, v.description('absolute')),
  written: v.array(path),
  replaced: v.pipe(v.array(path), v.description('those of written at which other content was')),
  kept: v.array(path),
  references: v.pipe(v.array(v.strictObject({ path, uri: text })), v.description('not fetched')),
  unverified: v.pipe(v.array(path), v.description('fetched, without a SHA-256')),
  bytes: v.pipe(bytes, v.description('that were written')),
}

export const Logged = {
  ...oneVersion,
  created: v.pipe(v.boolean(), v.description('false: a version had the content already')),
  aliases: v.array(alias),
  digest,
  sizeBytes: bytes,
  fileCount: count,
  run: v.pipe(v.nullable(text), v.description('id')),
}

export const aliasesEnded = v.pipe(v.array(alias), v.description('those that went with versions that were ended'))

export const Origin = named(
  v.union([
    v.strictObject({ kind: v.picklist(['flag', 'variable']), name: text }),
    v.strictObject({ kind: v.literal('file'), path: text, key: text }),
    v.strictObject({ kind: v.literal('default') }),
  ]),
  'Origin',
)

export const setting = <T extends v.GenericSchema>(value: T) => v.strictObject({ value, from: Origin })

export const node = v.union([
  v.strictObject({
    kind: v.literal('version'),
    id: text,
    version: v.strictObject({ project: text, artifact: text, n: whole }),
  }),
  v.strictObject({ kind: v.literal('run'), id: text, run: RunRef }),
])

export const SUMS = ['added', 'removed', 'changedBefore', 'changedAfter', 'unchanged'] as const
