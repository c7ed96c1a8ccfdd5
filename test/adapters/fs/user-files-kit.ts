import * as nodeFs from 'node:fs'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { UserFileSystem } from '../../../src/adapters/fs/user-file-system.ts'

/** An empty folder, without links in its path, that goes when the test is over. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lading-files-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Makes files, and their folders, by path. */
export function plant(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** Everything below a folder, sorted. */
export function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
}

/** All bytes of a source; chunks are copied, as they may be reused. */
export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const chunk of chunks) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

/** Bytes in which every place looks different. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at)
  return bytes
}

/** The real file system with some of its calls replaced. */
export function fsWith(replaced: Partial<UserFileSystem['promises']>): UserFileSystem {
  return { constants: nodeFs.constants, promises: { ...nodeFs.promises, ...replaced } }
}

/** An error as the system makes it. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: planted`), { code })
}
