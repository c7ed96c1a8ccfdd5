import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/domain/digest.ts'
import { mergeParts, sharedDescription, sharedMetadata } from '../../src/domain/draft.ts'
import type { ReadPart } from '../../src/domain/draft.ts'
import { createManifest } from '../../src/domain/manifest.ts'
import type { ReferenceEntry } from '../../src/domain/manifest.ts'
import { partOf } from './draft-parts.ts'

describe('the union of parts', () => {
  test('holds the files of all runs; equal content under one path is no conflict', () => {
    const parts = [partOf('1', 'ann', { a: 'A', b: 'B' }), partOf('2', 'ben', { b: 'B', 'c/d': 'D' })]

    expect(contentsOf(parts, 'refuse')).toEqual({ a: sha256('A'), b: sha256('B'), 'c/d': sha256('D') })
  })

  test('a run that sends its own path again replaces it, also a file by a folder', () => {
    const parts = [partOf('1', 'ann', { a: 'old', b: 'B', c: 'C' }), partOf('2', 'ann', { a: 'new', 'b/x': 'X' })]

    expect(contentsOf(parts, 'refuse')).toEqual({ a: sha256('new'), 'b/x': sha256('X'), c: sha256('C') })
  })

  test('two contents of one path are a conflict that names the path and both runs', () => {
    const parts = [partOf('1', 'ben', { a: 'B', z: 'Z' }), partOf('2', 'ann', { a: 'A', z: 'other' })]

    const merged = mergeParts(parts, 'refuse')

    expect(merged).toMatchObject({ kind: 'conflict', path: 'a', runs: [{ id: 'ann' }, { id: 'ben' }] })
  })

  test('of several paths in conflict the first is named, and only the runs that meet there', () => {
    const parts = [
      partOf('1', 'ann', { b: 'A', c: 'A', e: 'E' }),
      partOf('2', 'ben', { c: 'B', d: 'B' }),
      partOf('3', 'cid', { d: 'C', b: 'C' }),
    ]

    const merged = mergeParts(parts, 'refuse')

    expect(merged).toMatchObject({ path: 'b', runs: [{ id: 'ann' }, { id: 'cid' }] })
    expect(merged).toHaveProperty('runs.length', 2)
  })

  test('references are in conflict unless digest, URI and size are the same', () => {
    const reference = { path: 'a', ref: 's3://b/a', digest: 'etag', size: 1 }
    const merged = (other: Partial<ReferenceEntry>) => {
      const parts = [reference, { ...reference, ...other }].map((entry, n) => {
        return { ...partOf(`${n}`, `run-${n}`, {}), manifest: createManifest([entry]) }
      })
      return mergeParts(parts, 'refuse').kind
    }

    expect(merged({})).toBe('union')
    for (const other of [{ ref: 's3://b/b' }, { digest: 'other' }, { size: 2 }]) expect(merged(other)).toBe('conflict')
  })

  test('a file of one run that is a folder of another is a conflict too', () => {
    const parts = [partOf('1', 'ann', { a: 'A' }), partOf('2', 'ben', { 'a/b': 'B' })]

    expect(mergeParts(parts, 'refuse')).toMatchObject({ kind: 'conflict', runs: [{ id: 'ann' }, { id: 'ben' }] })
    expect(contentsOf(parts, 'last')).toEqual({ 'a/b': sha256('B') })
  })

  test('what a run has replaced itself is in nobody’s way', () => {
    const parts = [partOf('1', 'ann', { a: 'A' }), partOf('2', 'ben', { a: 'B' }), partOf('3', 'ann', { a: 'B' })]

    expect(contentsOf(parts, 'refuse')).toEqual({ a: sha256('B') })
  })

  test('with `last` the greater operation id wins', () => {
    const parts = [partOf('2', 'ann', { a: 'A' }), partOf('1', 'ben', { a: 'B' })]

    expect(contentsOf(parts, 'last')).toEqual({ a: sha256('A') })
  })

  test('with `last` the greater operation id wins, whatever else its run has sent', () => {
    const parts = [partOf('1', 'ann', { a: 'A' }), partOf('2', 'ben', { a: 'B' }), partOf('3', 'ann', { b: 'A' })]

    expect(contentsOf(parts, 'last')).toEqual({ a: sha256('B'), b: sha256('A') })
  })

  test.each(['refuse', 'last'] as const)('any order of the parts gives the same, under %s', (onConflict) => {
    const shuffled = fc
      .array(drawnPart, { minLength: 1, maxLength: 8 })
      .map((drawn) => drawn.map(({ run, files }, index) => partOf(`op-${index}`, run, files)))
      .chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length })))

    fc.assert(
      fc.property(shuffled, ([parts, others]) => {
        expect(mergeParts(others, onConflict)).toEqual(mergeParts(parts, onConflict))
      }),
    )
  })

  test('with `last` there is never a conflict', () => {
    fc.assert(
      fc.property(fc.array(drawnPart, { minLength: 1, maxLength: 8 }), (drawn) => {
        const parts = drawn.map(({ run, files }, index) => partOf(`op-${index}`, run, files))
        expect(mergeParts(parts, 'last').kind).toBe('union')
      }),
    )
  })
})

describe('what the parts agree on', () => {
  const base = partOf('1', 'ann', { a: 'A' }).part

  test('metadata that all who give any give', () => {
    const given = { ...base, metadata: { a: 1, b: 2 } }

    expect(sharedMetadata([base, given, { ...base, metadata: { b: 2, a: 1 } }]).metadata).toEqual({ a: 1, b: 2 })
    expect(sharedMetadata([given, { ...base, metadata: { a: 2 } }])).toEqual({ metadata: null, metadataDigest: null })
    expect(sharedMetadata([base])).toEqual({ metadata: null, metadataDigest: null })
  })

  test('metadata in a blob, which is the same where its digest is', () => {
    const [given, other] = ['x', 'y'].map((text) => ({ ...base, metadataDigest: sha256(text) }))

    expect(sharedMetadata([base, given!, given!])).toEqual({ metadata: null, metadataDigest: sha256('x') })
    expect(sharedMetadata([given!, other!])).toEqual({ metadata: null, metadataDigest: null })
  })

  test('a description', () => {
    expect(sharedDescription([base, { ...base, description: 'x' }])).toBe('x')
    expect(
      sharedDescription([
        { ...base, description: 'y' },
        { ...base, description: 'x' },
      ]),
    ).toBeNull()
  })
})

const drawnPart = fc.record({
  run: fc.constantFrom('ann', 'ben', 'cid'),
  files: fc
    .dictionary(fc.constantFrom('a', 'a/b', 'a/b/c', 'd', 'd/e'), fc.constantFrom('X', 'Y'), { minKeys: 1 })
    .map((files) => Object.fromEntries(Object.entries(files).filter(([path]) => !isFolderOf(files, path))))
    .filter((files) => Object.keys(files).length > 0),
})

function isFolderOf(files: Record<string, string>, path: string): boolean {
  return Object.keys(files).some((other) => other.startsWith(`${path}/`))
}

function contentsOf(parts: readonly ReadPart[], onConflict: 'refuse' | 'last'): Record<string, string> {
  const merged = mergeParts(parts, onConflict)
  const { entries } = merged.kind === 'union' ? merged.manifest : createManifest([])
  return Object.fromEntries(entries.map(({ path, digest }) => [path, digest]))
}
