import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assertDigest, sha256 } from '../../src/domain/digest.ts'
import { isLadingError } from '../../src/domain/errors.ts'
import { createManifest, encodeManifest, manifestDigest, manifestSize } from '../../src/domain/manifest.ts'
import type { Entry } from '../../src/domain/manifest.ts'
import { assertAliases, assertName, assertType } from '../../src/domain/names.ts'
import { assertPath, assertPathSet, comparePaths } from '../../src/domain/paths.ts'
import { assertReferenceDigest, assertReferenceUri } from '../../src/domain/reference.ts'
import { parseRef } from '../../src/domain/refs.ts'

interface ManifestVector {
  readonly name: string
  readonly manifest: readonly Entry[]
  /** Absent where the manifest is long; then its length is told. */
  readonly canonical_json?: string
  readonly canonical_json_bytes?: number
  readonly manifest_digest: string
  readonly size_bytes: number
}

interface Vectors {
  readonly manifest_digests: readonly ManifestVector[]
  readonly validation: Readonly<Record<string, readonly { readonly value: unknown; readonly ok?: boolean }[]>>
}

/** What Trackio accepts and lading refuses on purpose, each with its reason; and the vectors that other tests run. */
interface Refusals {
  /** Cases among the vectors: a value, or the name of a manifest. */
  readonly vectors: readonly { readonly category: string; readonly case: unknown; readonly reason: string }[]
  /** Cases that are not among the vectors. `repeat`: the case is that often repeated. */
  readonly beyond: readonly { category: string; case: unknown; repeat?: number; reason: string }[]
  readonly elsewhere: Readonly<Record<string, string>>
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const vectors = read('../vectors/trackio.json') as Vectors
const refusals = read('trackio-refusals.json') as Refusals

/** The check that each category of vectors speaks of. */
const CHECKS: Readonly<Record<string, (value: unknown) => unknown>> = {
  artifact_name: (value) => assertName('artifact', value),
  alias: (value) => assertName('alias', value),
  aliases_argument: assertAliases,
  logical_path: assertPath,
  path_set: (value) => assertPathSet((value as string[]).toSorted(comparePaths)),
  digest: assertDigest,
  reference_uri: assertReferenceUri,
  reference_digest: assertReferenceDigest,
  type: assertType,
  ref: (value) => parseRef(value as string),
}

/** Whether a check refuses; anything but `INVALID` is a failure. */
function refuses(check: () => unknown): boolean {
  try {
    check()
    return false
  } catch (error) {
    if (isLadingError(error, 'INVALID')) return true
    throw error
  }
}

const isListed = (category: string, found: unknown) =>
  refusals.vectors.some((refusal) => refusal.category === category && refusal.case === found)

describe('validation', () => {
  const cases = Object.entries(vectors.validation).filter(([category]) => !(category in refusals.elsewhere))

  it.each(cases)('%s agrees with Trackio but for the listed refusals', (category, values) => {
    for (const { value, ok } of values) {
      const expected = ok === false || isListed(category, value)
      expect({ value, refused: refuses(() => CHECKS[category]!(value)) }).toEqual({ value, refused: expected })
    }
  })

  it('leaves out only what is listed as another test', () => {
    const elsewhere = Object.keys(refusals.elsewhere)
    expect(elsewhere.every((category) => category in vectors || category in vectors.validation)).toBe(true)
    expect(elsewhere.filter((category) => category in CHECKS)).toEqual([])
  })
})

describe('manifests', () => {
  const whole = vectors.manifest_digests.filter(({ name }) => !isListed('manifest_digests', name))

  it.each(whole.map((vector) => [vector.name, vector] as const))(
    '%s has the digest that Trackio gives it',
    (_, vector) => {
      const manifest = createManifest(vector.manifest)
      const text = new TextDecoder().decode(encodeManifest(manifest))

      if (vector.canonical_json === undefined) expect(text).toHaveLength(vector.canonical_json_bytes!)
      else expect(text).toBe(vector.canonical_json)
      expect(manifestDigest(manifest)).toBe(vector.manifest_digest)
      expect(sha256(text)).toBe(vector.manifest_digest)
      if (isListed('size_bytes', vector.name)) expect(refuses(() => manifestSize(manifest))).toBe(true)
      else expect(manifestSize(manifest)).toBe(vector.size_bytes)
    },
  )

  it('are encoded the same way where lading refuses a path', () => {
    for (const { name, manifest, canonical_json: json } of vectors.manifest_digests) {
      // JSON.parse has rounded the sizes of this one.
      if (!isListed('manifest_digests', name) || name === 'huge-size') continue
      const entries = manifest.toSorted((a, b) => comparePaths(a.path, b.path))
      expect(new TextDecoder().decode(encodeManifest({ entries }))).toBe(json)
    }
  })
})

describe('deliberate refusals', () => {
  const titled = <T extends { category: string; reason: string }>(list: readonly T[]) =>
    list.map((refusal) => [refusal.category, refusal.reason, refusal] as const)

  it('have a reason each, and are listed once', () => {
    const keys = refusals.vectors.map((refusal) => JSON.stringify([refusal.category, refusal.case]))
    expect(new Set(keys).size).toBe(keys.length)
    expect([...refusals.vectors, ...refusals.beyond].every(({ reason }) => reason.length > 0)).toBe(true)
  })

  it.each(titled(refusals.vectors))('among the vectors, %s: %s', (category, _, { case: value }) => {
    if (category === 'manifest_digests' || category === 'size_bytes') {
      const { manifest } = vectors.manifest_digests.find(({ name }) => name === value)!
      const measure = () => manifestSize(createManifest(manifest))
      expect(refuses(category === 'size_bytes' ? measure : () => createManifest(manifest))).toBe(true)
    } else {
      expect(vectors.validation[category]).toContainEqual({ value, ok: true })
      expect(refuses(() => CHECKS[category]!(value))).toBe(true)
    }
  })

  it.each(titled(refusals.beyond))('beyond the vectors, %s: %s', (category, _, { case: value, repeat }) => {
    const whole = repeat === undefined ? value : String(value).repeat(repeat)
    expect(refuses(() => CHECKS[category]!(whole))).toBe(true)
  })
})
