// A plain script: a walk that stats every file of a folder.
import { statSync } from 'node:fs'
import { sampled, taskOf } from '../programs/sample.ts'
import { warmUp } from '../programs/warm-up.ts'
import type { Warmed } from '../programs/warm-up.ts'
import { walkAsync, walkSync } from './tree.ts'

/**
 * `sync`: readdirSync and lstatSync, the fastest that Node has. `twice`: with a second stat of each, as a store owes one of each
 * blob. `async`: readdir and lstat of a whole folder at once.
 */
export interface WalkTask {
  readonly folder: string
  readonly way: 'sync' | 'twice' | 'async'
}

const task = taskOf<Warmed<WalkTask>>()
await warmUp<WalkTask>(task, walk)
await sampled(async () => ({ facts: { files: await walk(task) } }))

async function walk({ folder, way }: WalkTask): Promise<number> {
  if (way === 'async') return walkAsync(folder)
  const paths = walkSync(folder, -1)
  if (way === 'twice') for (const path of paths) statSync(`${folder}/${path}`, { bigint: true })
  return paths.length
}
