import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffManifests } from '../../src/domain/diff.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { createManifest, manifestDigest, manifestSize } from '../../src/domain/manifest.ts'
import type { Entry, Manifest } from '../../src/domain/manifest.ts'
import { comparePaths } from '../../src/domain/paths.ts'

const file = (path: string, content: string): Entry => ({ path, digest: sha256(content), size: content.length })
const reference = (path: string, ref: string, digest = ref, size = 0): Entry => ({ path, ref, digest, size })

describe('the difference of two manifests', () => {
  test('has every path in one list, with its entries and the sums of their sizes', () => {
    const before = createManifest([file('gone', '1'), file('grown', '22'), file('same', '333')])
    const after = createManifest([file('grown', '4444'), file('new', '55555'), file('same', '333')])

    expect(diffManifests(before, after)).toEqual({
      added: [file('new', '55555')],
      removed: [file('gone', '1')],
      changed: [{ path: 'grown', before: file('grown', '22'), after: file('grown', '4444') }],
      unchanged: [file('same', '333')],
      bytes: { added: 5, removed: 1, changedBefore: 2, changedAfter: 4, unchanged: 3 },
    })
  })

  test('of a manifest and an empty one is all of it', () => {
    const some = createManifest([file('a', '1'), file('b', '2')])
    const none = createManifest([])

    expect(diffManifests(none, some)).toMatchObject({ added: some.entries, removed: [], changed: [], unchanged: [] })
    expect(diffManifests(some, none)).toMatchObject({ added: [], removed: some.entries, changed: [], unchanged: [] })
  })

  test.each([
    ['another URI', reference('r', 's3://b/1', 'etag'), reference('r', 's3://b/2', 'etag')],
    ['another digest', reference('r', 's3://b/1', 'etag-1'), reference('r', 's3://b/1', 'etag-2')],
    ['another size', reference('r', 's3://b/1', 'etag', 1), reference('r', 's3://b/1', 'etag', 2)],
    ['bytes in the store', reference('r', 's3://b/1', sha256('x'), 1), file('r', 'x')],
  ])('has a reference with %s as changed', (_, before, after) => {
    const { changed } = diffManifests(createManifest([before]), createManifest([after]))
    expect(changed).toEqual([{ path: 'r', before, after }])
  })

  test('keeps pace with the order of manifests where UTF-16 sorts otherwise', () => {
    const paths = ['\u{ffff}', '\u{10000}', 'z', 'a-b', 'a/b']
    const all = createManifest(paths.map((path) => file(path, path)))
    const some = createManifest([file('\u{10000}', '\u{10000}'), file('a/b', 'a/b')])

    const { unchanged, removed } = diffManifests(all, some)

    expect(unchanged.map(({ path }) => path)).toEqual(['a/b', '\u{10000}'])
    expect(removed.map(({ path }) => path)).toEqual(['a-b', 'z', '\u{ffff}'])
  })

  test('takes one to the other, mirrors, and is empty exactly when the digests are equal', () => {
    fc.assert(
      fc.property(manifests, manifests, (before, after) => {
        const diff = diffManifests(before, after)
        const { added, removed, changed, unchanged, bytes } = diff

        const kept = before.entries.filter((entry) => !removed.includes(entry))
        const next = new Map(kept.map((entry) => [entry.path, entry]))
        for (const entry of [...added, ...changed.map((change) => change.after)]) next.set(entry.path, entry)
        expect(createManifest(next.values()).entries).toEqual(after.entries)

        const back = diffManifests(after, before)
        expect([back.added, back.removed]).toEqual([removed, added])
        expect(back.changed).toEqual(changed.map((one) => ({ path: one.path, before: one.after, after: one.before })))

        const isEmpty = added.length + removed.length + changed.length === 0
        expect(isEmpty).toBe(manifestDigest(before) === manifestDigest(after))
        expect(bytes.removed + bytes.changedBefore + bytes.unchanged).toBe(manifestSize(before))
        expect(bytes.added + bytes.changedAfter + bytes.unchanged).toBe(manifestSize(after))
        for (const list of [added, removed, changed, unchanged]) {
          expect(list.map(({ path }) => path)).toEqual(list.map(({ path }) => path).toSorted(comparePaths))
        }
      }),
    )
  })
})

const names = fc.constantFrom('a', 'b', 'c', 'a.b', 'ä', '\u{fb01}', '\u{1f6a2}', 'Z', '0', 'long name')
const contents = fc.constantFrom('', '1', '22', '333')

/** Few names and contents, so that two of them meet often. */
const manifests: fc.Arbitrary<Manifest> = fc
  .uniqueArray(
    fc.oneof(
      fc.tuple(names, contents).map(([path, content]) => file(path, content)),
      fc.tuple(names, contents).map(([path, content]) => reference(path, `s3://b/${content}`)),
    ),
    { selector: ({ path }) => path },
  )
  .map(createManifest)
