import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/domain/digest.ts'
import {
  ENTRIES_MAX,
  createManifest,
  decodeManifest,
  encodeManifest,
  manifestDigest,
  manifestSize,
} from '../../src/domain/manifest.ts'
import { comparePaths } from '../../src/domain/paths.ts'

// Apart from the other claims about manifests: these take seconds, too long to run for each mutant.

const A = sha256('a')

describe('a manifest of many entries', () => {
  it('stops at too many entries', () => {
    let asked = 0
    const endless = (function* () {
      for (;;) yield { path: String(asked++).padStart(8, '0'), digest: A, size: 1 }
    })()

    expect(() => createManifest(endless)).toThrow(/more than 1000000 entries/)
    expect(asked).toBe(ENTRIES_MAX + 1)
  })

  it('takes 200,000 entries', () => {
    const paths = Array.from({ length: 200_000 }, (_, index) => `data/${(index * 7_919) % 200_000}.jpeg`)
    const manifest = createManifest(paths.values().map((path, size) => ({ path, digest: A, size })))
    const bytes = encodeManifest(manifest)
    const decoded = decodeManifest(bytes, manifestDigest(manifest))
    const found = decoded.entries.map((entry) => entry.path)
    // A comparison of arrays would take seconds.
    expect(found.join('\n') === paths.toSorted(comparePaths).join('\n')).toBe(true)
    expect(manifestSize(decoded)).toBe((200_000 * 199_999) / 2)
  })
})
