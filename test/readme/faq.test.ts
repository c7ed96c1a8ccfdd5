import { describe, expect, it } from 'vitest'
import { ALIASES_MAX, DESCRIPTION_BYTES_MAX } from '../../src/domain/limits.ts'
import { LINEAGE_NODES_MAX } from '../../src/domain/lineage.ts'
import { ENTRIES_MAX } from '../../src/domain/manifest.ts'
import { MANIFEST_BYTES_MAX } from '../../src/domain/manifest-pieces.ts'
import { METADATA_BYTES_MAX } from '../../src/domain/metadata.ts'
import { NAME_LENGTH_MAX } from '../../src/domain/names.ts'
import { PATH_BYTES_MAX } from '../../src/domain/paths.ts'
import { REFERENCE_LENGTH_MAX } from '../../src/domain/reference.ts'
import { readPage } from './support/markdown.ts'

const [KIBIBYTE, MEBIBYTE] = [1_024, 1_024 * 1_024]

/** What a row begins with → the number that the code has, in the unit of the row. */
const LIMITS: Readonly<Record<string, number>> = {
  'entries of a version': ENTRIES_MAX,
  manifest: MANIFEST_BYTES_MAX / MEBIBYTE,
  'path in a version': PATH_BYTES_MAX,
  'URI of a reference': REFERENCE_LENGTH_MAX,
  'name of a project': NAME_LENGTH_MAX,
  'metadata of a version': METADATA_BYTES_MAX / MEBIBYTE,
  'description of an artifact': DESCRIPTION_BYTES_MAX / KIBIBYTE,
  'aliases of an artifact': ALIASES_MAX,
  'answer to one question about lineage': LINEAGE_NODES_MAX,
}

describe('the limits in docs/faq.md', () => {
  it.each(Object.entries(LIMITS))('has the limit of: %s', (row, limit) => {
    const number = new RegExp(`^\\| ${row}.*? \\| ([\\d,]+)`, 'm').exec(readPage('docs/faq.md'))?.[1]

    expect(number).toBe(limit.toLocaleString('en'))
  })
})
