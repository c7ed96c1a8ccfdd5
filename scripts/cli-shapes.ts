// What `--json` prints, command by command. docs/cli.md shows it, and a test compares it strictly with what is printed.
import * as v from 'valibot'
import {
  alias,
  aliasesEnded,
  artifact,
  bytes,
  count,
  Download,
  File,
  json,
  Logged,
  node,
  oneVersion,
  Origin,
  path,
  ref,
  run,
  Run,
  RunRef,
  setting,
  sha256,
  SUMS,
  text,
  time,
  version,
  Version,
  versionFacts,
  whole,
} from './cli-shape-parts.ts'

/** Shapes that others are made of, in the order of the reference. */
export const SHARED_SHAPES = { Version, File, RunRef, Run, Origin }

/** What a command prints with `--json`. */
export interface Shape {
  /** The command, as it is typed after `lading`. */
  readonly command: string
  /** Which of its forms, where it has several. */
  readonly form?: string
  readonly schema: v.GenericSchema
}

/** The shape of each command that prints JSON, and of each form. */
export const SHAPES: readonly Shape[] = [
  {
    command: 'log',
    schema: v.strictObject({
      ...Logged,
      replaced: v.pipe(v.array(v.picklist(['metadata', 'description'])), v.description('of a version that was there')),
      aliasesEnded,
    }),
  },
  { command: 'use', schema: v.strictObject({ ...versionFacts, run: text }) },
  { command: 'get', schema: v.strictObject(Download) },
  {
    command: 'checkout',
    schema: v.strictObject({
      ...Download,
      removed: v.pipe(v.array(path), v.description('paths of folders end with a /')),
    }),
  },
  { command: 'checkout', form: '--dry-run', schema: v.strictObject({ ref, wouldRemove: v.array(path) }) },
  {
    command: 'ls',
    schema: v.array(
      v.strictObject({
        ...artifact,
        type: text,
        description: v.nullable(text),
        latest: version,
        versions: v.pipe(count, v.description('logged since the last supersede, deleted ones included')),
        aliases: v.pipe(v.record(text, version), v.description('without latest')),
        createdAt: time,
        sizeBytes: v.pipe(bytes, v.description('of the latest version')),
        updatedAt: v.pipe(time, v.description('when that was logged')),
      }),
    ),
  },
  { command: 'ls', form: 'NAME', schema: v.array(Version) },
  {
    command: 'show',
    schema: v.strictObject({
      ...versionFacts,
      description: v.nullable(text),
      metadata: v.nullable(json),
      producedBy: v.array(RunRef),
      usedBy: v.array(RunRef),
      files: v.array(File),
    }),
  },
  { command: 'files', schema: v.array(File) },
  {
    command: 'diff',
    schema: v.strictObject({
      before: ref,
      after: ref,
      same: v.boolean(),
      added: v.array(File),
      removed: v.array(File),
      changed: v.array(v.strictObject({ before: File, after: File })),
      unchanged: v.array(File),
      bytes: v.strictObject(v.entriesFromList(SUMS, bytes)),
    }),
  },
  {
    command: 'lineage',
    schema: v.strictObject({
      ref,
      nodes: v.array(node),
      edges: v.pipe(
        v.array(v.strictObject({ kind: v.picklist(['produced', 'used', 'derived']), from: text, to: text })),
        v.description('ids of nodes'),
      ),
      truncated: v.pipe(v.boolean(), v.description('whether there is more')),
    }),
  },
  { command: 'runs', schema: v.array(Run) },
  { command: 'runs', form: 'RUN', schema: v.strictObject({ ...run, inputs: v.array(ref), outputs: v.array(ref) }) },
  { command: 'projects', schema: v.array(v.strictObject({ name: text, createdAt: time })) },
  {
    command: 'verify',
    schema: v.strictObject({
      ok: v.boolean(),
      versions: v.array(
        v.strictObject({
          ref,
          ok: v.boolean(),
          error: v.pipe(v.nullable(text), v.description('why nothing could be compared, or what the record has wrong')),
          verified: v.pipe(count, v.description('files that were compared')),
          differences: v.pipe(
            v.array(v.strictObject({ path, problem: v.picklist(['missing', 'modified', 'corrupt']), detail: text })),
            v.description('with --repair, what is damaged still'),
          ),
          unverifiable: v.pipe(v.array(path), v.description('references')),
          repaired: v.array(path),
        }),
      ),
    }),
  },
  { command: 'alias set', schema: v.strictObject({ ...artifact, alias, version }) },
  {
    command: 'alias rm',
    schema: v.strictObject({
      ...artifact,
      alias,
      removed: v.pipe(v.boolean(), v.description('false: there was none')),
      version: v.pipe(v.nullable(version), v.description('that it pointed at')),
    }),
  },
  { command: 'alias ls', schema: v.record(text, version) },
  {
    command: 'alias history',
    schema: v.array(
      v.strictObject({
        at: time,
        alias,
        from: v.nullable(version),
        to: v.nullable(version),
        run: v.pipe(v.nullable(text), v.description('id')),
      }),
    ),
  },
  {
    command: 'update',
    schema: v.strictObject({
      ...oneVersion,
      updated: v.array(v.picklist(['metadata', 'description'])),
    }),
  },
  {
    command: 'rm',
    schema: v.strictObject({
      deleted: v.pipe(v.array(text), v.description('refs of versions, or project/name of artifacts')),
      aliasesEnded,
    }),
  },
  {
    command: 'upsert',
    schema: v.strictObject({
      ...artifact,
      distributedId: text,
      round: whole,
      digest: v.pipe(sha256, v.title('digest'), v.description('of this part alone')),
      sizeBytes: bytes,
      fileCount: count,
      run: text,
    }),
  },
  { command: 'finish', schema: v.strictObject({ ...Logged, distributedId: text, round: whole }) },
  {
    command: 'drafts',
    schema: v.array(
      v.strictObject({
        ...artifact,
        distributedId: text,
        round: whole,
        type: text,
        parts: v.pipe(count, v.description('upserts')),
        runs: v.array(RunRef),
        closing: v.pipe(v.boolean(), v.description('a finish or an abandonment did not get to its end')),
      }),
    ),
  },
  { command: 'abandon', schema: v.strictObject({ ...artifact, distributedId: text }) },
  {
    command: 'config',
    schema: v.strictObject({
      configFile: v.nullable(text),
      settings: v.strictObject({
        store: setting(text),
        project: setting(text),
        adapters: v.strictObject({
          ...setting(v.array(text)).entries,
          refused: v.pipe(
            v.array(v.strictObject({ name: text, detail: text, next: text })),
            v.description('those of them that would not be loaded, and why'),
          ),
        }),
        cache: setting(v.pipe(v.nullable(text), v.description('folder of the stat cache; null: there is none'))),
      }),
    }),
  },
  {
    command: 'doctor',
    schema: v.strictObject({
      ok: v.pipe(v.boolean(), v.description('false: something is broken')),
      findings: v.array(
        v.strictObject({
          check: text,
          verdict: v.picklist(['good', 'warning', 'broken']),
          detail: text,
          next: v.pipe(v.nullable(text), v.description('what to do about it')),
        }),
      ),
    }),
  },
]
