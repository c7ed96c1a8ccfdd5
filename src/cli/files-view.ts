import type { Entry } from '../domain/manifest.ts'
import { formatBytes, formatDigest } from './formats.ts'
import { formatTable } from './table.ts'
import { printable } from './terminal.ts'
import type { Screen } from './terminal.ts'

/** An entry as `--json` prints it. */
export function fileJson({ path, digest, size, ref }: Entry) {
  return { path, digest, sizeBytes: size, uri: ref ?? null }
}

/** A table of entries. */
export function formatFiles(entries: readonly Entry[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'FILE', widthMin: 32 },
    { title: 'SIZE', align: 'right' },
    { title: 'DIGEST', dropOrder: 1 },
  ] as const
  const rows = entries.map(({ path, size, digest, ref }) => [
    printable(ref === undefined ? path : `${path} → ${ref}`),
    formatBytes(size),
    ref === undefined ? formatDigest(digest) : 'elsewhere',
  ])
  return formatTable(columns, rows, screen)
}
