import { manifestDigest } from '../../domain/manifest.ts'
import type { Transport, Upload } from '../../ports/transport.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import { sourceOf } from '../data.ts'
import { changeOf, intentOf, logFiles, manifestOf, moveOf, runOf, transportCapabilityNames } from './context.ts'
import type { TransportCase } from './context.ts'

const base = { category: 'capabilities', tier: 'quick', requires: [] } as const

/** What a transport says that it cannot do, it refuses. */
export const deniedCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.capabilities.frozen',
    obligation: 'What a way to a service can do. What is denied rejects `UNSUPPORTED`.',
    async run({ open, capabilities, check }) {
      const known = (await open()).capabilities

      check.equal(Object.isFrozen(known), true, 'frozen')
      check.equal(transportCapabilityNames(known).sort(), [...capabilities].sort(), 'as the harness declares them')
    },
  },
  {
    ...base,
    id: 'transport.capabilities.denied',
    obligation: 'What a way to a service can do. What is denied rejects `UNSUPPORTED`.',
    async run({ open, key, files, capabilities, check }) {
      const ann = await open()
      await logFiles(ann, key, { files: files('A'), aliases: ['prod'] })

      for (const [capability, calls] of Object.entries(await callsByCapability(ann, key))) {
        if (capabilities.has(capability)) continue
        for (const call of calls) await check.rejects(call(), 'UNSUPPORTED', capability)
      }

      const view = await (await open()).resolve(key, { kind: 'alias', alias: 'prod' }, {})
      check.equal(view?.record.digest, manifestDigest(manifestOf(files('A'))), 'nothing was changed')
    },
  },
]

type Calls = Record<string, readonly (() => Promise<unknown>)[]>

async function callsByCapability(transport: Transport, key: ArtifactKey): Promise<Calls> {
  const upload = await transport.upload(key, { bases: [] })
  const withAliases = { ...changeOf(), withAliases: true }
  return {
    onePass: [() => upload.ingest([sourceOf(new Uint8Array(3))], {})],
    expect: [() => transport.moveAlias(key, moveOf('prod', null, 0), {})],
    delete: [
      () => transport.deleteVersion({ ...key, n: 0 }, withAliases, {}),
      () => transport.deleteArtifact(key, changeOf(), {}),
    ],
    export: [() => Array.fromAsync(transport.export(key, { since: 0 }))],
    repair: [() => transport.repair({ ...key, n: 0 }, [], {})],
    collaborate: collaborationCalls(transport, { key, upload }),
  }
}

function collaborationCalls(
  transport: Transport,
  { key, upload }: { readonly key: ArtifactKey; readonly upload: Upload },
): Calls[string] {
  const round = { ...key, id: 'night', round: 0 }
  const manifest = manifestOf({ 'a.bin': new Uint8Array(3) })
  const { type, metadata, description } = intentOf()
  const intent = { ...changeOf(), run: runOf(key.project, 'r1'), type, metadata, description }
  return [
    () => transport.draftRound(round, {}),
    () => transport.upsert(round, { upload, manifest, intent }, {}),
    () => transport.finish(round, { ...intent, aliases: [], onConflict: 'refuse' }, {}),
    () => transport.abandon(round, changeOf(), {}),
    () => transport.drafts(key, { limit: 1 }),
  ]
}
