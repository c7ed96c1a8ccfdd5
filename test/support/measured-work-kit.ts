import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { runScript } from './child-process.ts'
import type { Measured, MeasuredTask } from './measured-work.ts'

/** Bytes of a MiB. */
export const MEBIBYTE = 1024 * 1024

/** Does a piece of work in a process of its own. */
export function measure(task: MeasuredTask): Promise<Measured> {
  return runScript<Measured>('measured-work', task)
}

/** A file of so many MiB, no two of which are equal. */
export function plantFile(path: string, mebibytes: number): string {
  const chunk = Buffer.alloc(MEBIBYTE, 'a large file ')
  const file = openSync(path, 'wx')
  try {
    for (let index = 0; index < mebibytes; index++) {
      chunk.writeUInt32LE(index, 0)
      writeSync(file, chunk)
    }
  } finally {
    closeSync(file)
  }
  return path
}

/** Files of so many bytes, all different, a thousand a folder. */
export function plantFiles(folder: string, { count, sizeBytes }: { count: number; sizeBytes: number }): string {
  const bytes = Buffer.alloc(sizeBytes, 'a small file ')
  for (let index = 0; index < count; index++) {
    const below = join(folder, `d${Math.floor(index / 1_000)}`)
    if (index % 1_000 === 0) mkdirSync(below, { recursive: true })
    bytes.writeUInt32LE(index, 0)
    writeFileSync(join(below, `f${index}`), bytes)
  }
  return folder
}
