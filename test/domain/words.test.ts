import { describe, expect, test } from 'vitest'
import { decodeDocument, encodeDocument } from '../../src/domain/canonical-json.ts'
import { assertDigest, sha256 } from '../../src/domain/digest.ts'
import { isLadingError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import {
  assertLoggable,
  blobDigests,
  createManifest,
  decodeManifest,
  encodeManifest,
  manifestSize,
} from '../../src/domain/manifest.ts'
import type { Entry } from '../../src/domain/manifest.ts'
import { normaliseMetadata } from '../../src/domain/metadata.ts'
import {
  assertAliases,
  assertExternalId,
  assertMovableAlias,
  assertName,
  assertType,
  storeName,
} from '../../src/domain/names.ts'
import { parsePack } from '../../src/domain/pack.ts'
import { assertPath, assertPathSet } from '../../src/domain/paths.ts'
import { assertReferenceDigest, assertReferenceUri } from '../../src/domain/reference.ts'
import { parseRef, parseVersion } from '../../src/domain/refs.ts'

// What a refusal says is what a user has to go by: what is wrong, and what to do. What is refused is tested elsewhere.

const DIGEST = 'a'.repeat(64)
const PATH_RULE = 'a path is relative, its segments separated by "/", and has at most 1024 bytes of UTF-8'
const REF_SHAPE =
  'a ref is [project/]name, which means the latest version, or has :latest, :v3, :alias or @<64 hex digits of its digest> behind it'
const NAME_RULE = 'must match [A-Za-z0-9._-]+, 1–128 characters, not "." or ".."'
const PACK_NEXT = 'restore the pack from a backup, or remove the damaged pack and log its files again'

type Row = readonly [call: () => unknown, detail: string, next: string]

describe('names', () => {
  test.each(
    titled([
      [() => assertName('project', ''), `project name "" ${NAME_RULE}`, 'choose another'],
      [() => assertName('artifact', 'a b'), `artifact name "a b" ${NAME_RULE}`, 'choose another'],
      [() => assertName('run', '..'), `run id ".." ${NAME_RULE}`, 'choose another'],
      [() => assertName('alias', '/'), `alias "/" ${NAME_RULE}`, 'choose another'],
      [
        () => assertName('run', `x-${'0'.repeat(32)}`),
        `run id "x-${'0'.repeat(32)}" is reserved: lading itself makes names of that form`,
        'choose another',
      ],
      [
        () => assertName('alias', 'v1'),
        'alias "v1" is reserved for versions',
        'choose one that is not vN or pending-N',
      ],
      [
        () => assertMovableAlias('latest'),
        'alias "latest" is kept by lading',
        'it cannot be set, moved or removed by hand',
      ],
      [() => assertAliases('prod'), 'aliases are "prod"', 'give an array of strings'],
      [
        () => assertAliases(Array.from({ length: 1_001 }, (_, n) => `a${n}`)),
        '1001 aliases, an artifact has at most 1000',
        'give fewer aliases',
      ],
      [
        () => assertType('\n'),
        'type "\\n" must have 1–128 characters, no control character and no unpaired surrogate',
        'choose another',
      ],
      [
        () => assertExternalId(7),
        'id or group 7 must have 1–512 characters and no unpaired surrogate',
        'choose another',
      ],
      [() => storeName('\ud800'), '"\\ud800" holds an unpaired surrogate', 'give a text of whole characters'],
    ]),
  )('%s', refusesAs('INVALID'))
})

describe('refs', () => {
  test.each(
    titled([
      [() => parseRef(7 as never), '7 is no ref: it is no string', REF_SHAPE],
      [() => parseRef('a b'), `"a b" is no ref: artifact name "a b" ${NAME_RULE}`, `choose another; ${REF_SHAPE}`],
      [
        () => parseRef('model:v01'),
        '"model:v01" is no ref: "v01" is no version',
        `a version is v0, v1, … with at most ten digits and no leading zero; ${REF_SHAPE}`,
      ],
      [
        () => parseRef('model@x'),
        '"model@x" is no ref: "x" is no digest',
        `a digest is a SHA-256 as 64 lower-case hex digits; ${REF_SHAPE}`,
      ],
      [
        () => parseVersion('v'),
        '"v" is no version',
        'a version is v0, v1, … with at most ten digits and no leading zero',
      ],
      [() => assertDigest('A'), '"A" is no digest', 'a digest is a SHA-256 as 64 lower-case hex digits'],
    ]),
  )('%s', refusesAs('INVALID'))
})

describe('paths', () => {
  test.each(
    titled([
      [() => assertPath(7), 'path is 7', PATH_RULE],
      [() => assertPath(''), 'path "" is empty', PATH_RULE],
      [() => assertPath('/a'), 'path "/a" is absolute', PATH_RULE],
      [() => assertPath('C:a'), 'path "C:a" begins with a drive letter', PATH_RULE],
      [() => assertPath('a\\b'), 'path "a\\\\b" holds a backslash', PATH_RULE],
      [() => assertPath('a\n'), 'path "a\\n" holds a control character', PATH_RULE],
      [() => assertPath('\udc00'), 'path "\\udc00" holds an unpaired surrogate', PATH_RULE],
      [() => assertPath('a//b'), 'path "a//b" has a segment that is empty, "." or ".."', PATH_RULE],
      [() => assertPath('é'.repeat(513)), `path "${'é'.repeat(80)}…" has 1026 bytes`, PATH_RULE],
      [() => assertPathSet(['a', 'a']), 'path "a" is there twice', 'a path names one entry'],
      [
        () => assertPathSet(['a', 'a/b']),
        'path "a/b" lies below "a", which is a file',
        'a path cannot be both a file and a folder',
      ],
    ]),
  )('%s', refusesAs('INVALID'))
})

describe('references', () => {
  test.each(
    titled([
      [() => assertReferenceUri(''), 'reference URI is ""', 'give a string that is not empty'],
      [
        () => assertReferenceUri('s3://a b'),
        'reference URI "s3://a b" holds white space',
        'percent-encode spaces and special characters',
      ],
      [
        () => assertReferenceUri('data.bin'),
        'reference URI "data.bin" has no scheme',
        'write it as s3://…, https://… or file://…, or use addFile',
      ],
      [() => assertReferenceUri('x'.repeat(8_193)), 'reference URI has 8193 characters', 'at most 8192 are allowed'],
      [() => assertReferenceDigest(null), 'digest of a reference is null', 'give a string that is not empty'],
      [
        () => assertReferenceDigest('a\u0000'),
        'digest of a reference "a\\u0000" holds a control character',
        'percent-encode it',
      ],
      [
        () => assertReferenceDigest('\ud800'),
        'digest of a reference "\\ud800" holds an unpaired surrogate',
        'percent-encode it',
      ],
    ]),
  )('%s', refusesAs('INVALID'))
})

describe('metadata', () => {
  const deep = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], Infinity)

  test.each(
    titled([
      [() => normaliseMetadata(7), 'metadata is no object', 'only what JSON can carry is stored'],
      [() => normaliseMetadata({ toJSON: () => null }), 'metadata is no object', 'only what JSON can carry is stored'],
      [() => normaliseMetadata([1]), 'metadata is no object', 'only what JSON can carry is stored'],
      [
        () => normaliseMetadata({ a: [{ 'b c': 1n }] }),
        'metadata.a[0]["b c"] is a bigint',
        'only what JSON can carry is stored',
      ],
      [
        () => normaliseMetadata({ a: new Map() }),
        'metadata.a is an object of a class, without toJSON',
        'only what JSON can carry is stored',
      ],
      [
        () => normaliseMetadata({ a: 'x'.repeat(1_048_577) }),
        'metadata has more than 1048576 bytes as JSON',
        'add what is large as a file of the artifact',
      ],
      [() => encodeDocument(deep(20)), `$${'[0]'.repeat(20)} is Infinity`, 'only what JSON can carry is stored'],
      [
        () => encodeDocument([1, [2, deep(20)]]),
        `$[1][1]${'[0]'.repeat(8)}…${'[0]'.repeat(10)} is Infinity`,
        'only what JSON can carry is stored',
      ],
    ]),
  )('%s', refusesAs('INVALID'))

  test('is told where it is broken, also behind what is whole', () => {
    const broken = { first: [1, { x: 1 }], list: [[], 2, Infinity] }

    expect(() => normaliseMetadata(broken)).toThrow('metadata.list[2] is Infinity')
    expect(() => encodeDocument(broken)).toThrow('$.list[2] is Infinity')
  })
})

describe('manifests', () => {
  const file: Entry = { path: 'a', digest: DIGEST, size: 1 }

  test.each(
    titled([
      [() => createManifest([null as never]), 'an entry is null', 'give an object with path, digest and size'],
      [
        () => createManifest([{ ...file, size: -1 }]),
        'its size is -1',
        'a size is a whole number of bytes from 0 to 2^53 − 1',
      ],
      [
        () => createManifest([{ ...file, digest: 'x' }]),
        '"x" is no digest',
        'a digest is a SHA-256 as 64 lower-case hex digits',
      ],
      [() => assertLoggable(createManifest([])), 'the artifact has no entries', 'add a file or a reference to it'],
      [
        () => manifestSize(createManifest([file, { ...file, path: 'b', size: Number.MAX_SAFE_INTEGER }])),
        'the sizes of all entries together pass 2^53 − 1',
        'split the artifact',
      ],
      [
        () => blobDigests(createManifest([file, { ...file, path: 'b', size: 2 }])),
        '"b" has 2 bytes, another file of the same digest 1',
        'add the file again',
      ],
    ]),
  )('%s', refusesAs('INVALID'))

  test('name the path of an entry that is refused', () => {
    expect(() => createManifest([{ ...file, path: 'x/y', size: 0.5 }])).toThrow('x/y: INVALID: its size is 0.5')
  })
})

describe('stored bytes', () => {
  const next = 'restore it from a backup, or log the artifact again'
  const text = (given: string): Uint8Array => new TextEncoder().encode(given)
  const wrong = encodeManifest(createManifest([{ path: 'a', digest: DIGEST, size: 1 }]))
  const [NULLS, SPACED] = [text('[null]'), text('[ ]')]

  test.each(
    titled([
      [() => decodeDocument(text('{'), { key: 'k' }), '1 bytes that are not JSON in UTF-8', 'restore it from a backup'],
      [() => decodeManifest(wrong, DIGEST), `no valid manifest: its bytes hash to ${sha256(wrong)}`, next],
      [
        () => decodeManifest(NULLS, sha256(NULLS)),
        'no valid manifest: it is no list of valid entries (INVALID: an entry is null; give an object with path, digest and size)',
        next,
      ],
      [() => decodeManifest(SPACED, sha256(SPACED)), 'no valid manifest: it is not in canonical form', next],
      [() => parsePack(text('LADPACK1')), 'no valid pack: it does not end as a pack does', PACK_NEXT],
      [() => parsePack(packOf('[]', 3)), 'no valid pack: an index of 3 bytes, only 2 are there', PACK_NEXT],
      [() => parsePack(packOf('')), 'no valid pack: its index is no JSON', PACK_NEXT],
      [() => parsePack(packOf('{')), 'no valid pack: its index is no JSON', PACK_NEXT],
      [() => parsePack(packOf('7')), 'no valid pack: its index is no list of blobs', PACK_NEXT],
      [() => parsePack(packOf('[7]')), 'no valid pack: its index is no list of blobs', PACK_NEXT],
      [
        () => parsePack(packOf(`[${blobAt(0, 2)},${blobAt(3, 1)}]`)),
        'no valid pack: blob 1 of its index does not follow the one before',
        PACK_NEXT,
      ],
      [
        () => parsePack(packOf(`[${blobAt(0, 2)},${blobAt(2, 5)}]`)),
        'no valid pack: its index tells of 7 bytes, 0 are there',
        PACK_NEXT,
      ],
      [() => parsePack(packOf(`[${blobAt(0, 0.5)}]`)), 'no valid pack: its index is no list of blobs', PACK_NEXT],
      [() => parsePack(packOf(`[${blobAt(-1, 1)}]`)), 'no valid pack: its index is no list of blobs', PACK_NEXT],
    ]),
  )('%s', refusesAs('CORRUPT'))
})

/** The detail first: it is the title. */
function titled(rows: readonly Row[]) {
  return rows.map(([call, detail, next]) => [detail, call, next] as const)
}

function refusesAs(code: ErrorCode) {
  return (detail: string, call: () => unknown, next: string): void => {
    const error = thrownBy(call)

    expect(isLadingError(error) && { code: error.code, detail: error.detail, next: error.next }).toEqual({
      code,
      detail,
      next,
    })
  }
}

function thrownBy(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}

function blobAt(offset: number, sizeBytes: number): string {
  return JSON.stringify({ digest: DIGEST, offset, sizeBytes })
}

/** A pack of no blobs with that index, which says of itself that it is so long. */
function packOf(index: string, indexBytes = index.length): Uint8Array {
  const trailer = Buffer.alloc(16)
  trailer.writeBigUInt64BE(BigInt(indexBytes))
  trailer.write('LADPACK1', 8)
  return new Uint8Array(Buffer.concat([Buffer.from(index), trailer]))
}
