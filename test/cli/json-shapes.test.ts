import { mkdir, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInProcess } from '../../scripts/cli-examples.ts'
import { SHAPES } from '../../scripts/cli-shapes.ts'
import { formatShape } from '../../scripts/format-shape.ts'
import { Artifact, openStore } from '../../src/index.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** Of each shape the command lines that are compared with it, one after the other in one store; `@` is its folder. */
const LINES: readonly (readonly [shape: string, exitCode: number, line: string])[] = [
  ['ls', 0, 'ls'],
  ['runs', 0, 'runs'],
  ['log', 0, 'log @/model --name net --type model --alias best --run r1'],
  ['log', 0, 'log @/model --name net --metadata {"a":1} --description x'],
  ['log', 0, 'log @/more --name net --supersede'],
  ['log', 0, 'log @/model --name net --run r2'],
  ['use', 0, 'use net --run r3'],
  ['get', 0, 'get elsewhere --root @/copy'],
  ['get', 0, 'get elsewhere --root @/copy --references fetch'],
  ['checkout --dry-run', 0, 'checkout net @/copy --dry-run'],
  ['checkout', 0, 'checkout net @/copy --yes'],
  ['ls', 0, 'ls'],
  ['ls', 0, 'ls --type model'],
  ['ls NAME', 0, 'ls net'],
  ['show', 0, 'show net'],
  ['show', 0, 'show elsewhere'],
  ['show', 0, 'show base'],
  ['files', 0, 'files net'],
  ['files', 0, 'files elsewhere a*'],
  ['diff', 1, 'diff net elsewhere'],
  ['diff', 1, 'diff net:v1 net:v2'],
  ['diff', 0, 'diff net net'],
  ['lineage', 0, 'lineage net'],
  ['lineage', 0, 'lineage base --depth 1'],
  ['runs', 0, 'runs'],
  ['runs RUN', 0, 'runs r3'],
  ['projects', 0, 'projects'],
  ['verify', 0, 'verify'],
  ['verify', 1, 'verify net:v1 --dir @/copy'],
  ['verify', 0, 'verify net --repair @/model'],
  ['alias set', 0, 'alias set net prod'],
  ['alias ls', 0, 'alias ls net'],
  ['alias rm', 0, 'alias rm net prod'],
  ['alias rm', 0, 'alias rm net prod'],
  ['alias history', 0, 'alias history net'],
  ['alias history', 0, 'alias history net prod'],
  ['update', 0, 'update net --metadata null --description y'],
  ['upsert', 0, 'upsert set @/model --distributed-id one --run r1'],
  ['drafts', 0, 'drafts set'],
  ['finish', 0, 'finish set --distributed-id one --alias done'],
  ['upsert', 0, 'upsert set @/model --group two'],
  ['abandon', 0, 'abandon set --distributed-id two'],
  ['config', 0, 'config'],
  ['doctor', 0, 'doctor'],
  ['rm', 0, 'rm net:v1 --yes'],
  ['rm', 0, 'rm set --yes'],
  ['rm', 0, 'rm --all --yes'],
]

const nameOf = ({ command, form }: { command: string; form?: string }) =>
  form === undefined ? command : `${command} ${form}`

describe('what --json prints', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    for (const folder of ['model', 'more']) await mkdir(workspace.path(folder))
    await writeFile(workspace.path('model/weights.bin'), 'weights')
    await writeFile(workspace.path('more/other.bin'), 'other')
    await using lading = await openStore(workspace.path('.lading'), { project: 'elsewhere' })
    const away = new Artifact('elsewhere').addReference(pathToFileURL(workspace.path('model/weights.bin')).href, 'away')
    await lading.save(away, { project: 'default' })
    await lading.save(new Artifact('base').addFile(new Uint8Array(1), 'f'), { project: 'default' })
    const draft = await (await lading.getArtifact('default/base')).newDraft()
    await lading.save(draft.addFile(new Uint8Array(2), 'g'), { project: 'default' })
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  it.each(LINES)('%s: as documented, exit code %i: lading %s', async (shape, exitCode, text) => {
    const line = text.split(' ').map((arg) => arg.replace(/^@/, workspace.folder))
    const { schema } = SHAPES.find((known) => nameOf(known) === shape)!

    const ran = await runInProcess([...line, '--store', workspace.path('.lading'), '--json'])

    expect({ ...ran, text: ran.exitCode === exitCode ? '' : ran.text }).toMatchObject({ exitCode, text: '' })
    expect(v.safeParse(schema, JSON.parse(ran.stdout)).issues?.map(({ message, path }) => [message, path])).toBe(
      undefined,
    )
  })

  it('is compared for each shape that is documented', () => {
    expect([...new Set(LINES.map(([shape]) => shape))].toSorted()).toEqual(SHAPES.map(nameOf).toSorted())
  })
})

describe('a documented shape', () => {
  it('says what may be null, what a list holds, and what it shares with another', () => {
    const Shared = v.pipe(v.strictObject({ a: v.string(), b: v.nullable(v.number()) }), v.title('Shared'))
    const entries = { a: Shared.entries.a, b: Shared.entries.b, c: v.array(v.picklist(['x', 'y'])) }
    const noted = v.strictObject({ each: v.pipe(v.array(Shared), v.description('all of them')) })

    expect(formatShape(v.strictObject(entries), { Shared })).toBe('{ ...Shared, c: ("x" | "y")[] }')
    expect(formatShape(noted, { Shared })).toBe('{\n  each: Shared[]  // all of them\n}')
  })
})
