import type { Digest } from '../domain/digest.ts'
import type { Location } from '../ports/blob-store.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { SqlContext } from './context.ts'
import type { Row } from './database.ts'
import { countIn, digestIn, textIn } from './rows.ts'

/** Layouts: where the blobs of a manifest lie, when some of them are inside packs. */
export function createLayouts({ database }: SqlContext): Pick<MetadataStore, 'layout' | 'writeLayout'> {
  return {
    layout: (project, manifest, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('layout', { project, manifest })
          if (row === null) return null
          return new Map((await tx.all('layoutBlobs', { layout: countIn(row, 'id') })).map(locationIn))
        },
        options,
      ),

    writeLayout: (project, manifest, layout, options) =>
      database.transaction(
        'write',
        async (tx) => {
          await tx.run('forgetLayout', { project, manifest })
          const row = await tx.get('addLayout', { project, manifest })
          for (const [digest, location] of layout) {
            if (location === null) continue
            const { pack, offset, sizeBytes } = location
            await tx.run('addLayoutBlob', { layout: countIn(row!, 'id'), digest, pack, offset, sizeBytes })
          }
        },
        options,
      ),
  }
}

function locationIn(row: Row): readonly [Digest, Location] {
  const location = {
    pack: textIn(row, 'pack'),
    offset: countIn(row, 'offset_bytes'),
    sizeBytes: countIn(row, 'size_bytes'),
  }
  return [digestIn(row, 'digest'), location]
}
