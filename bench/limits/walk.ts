// A plain script: a walk that stats every file of a folder.
import { sampled, taskOf } from '../programs/sample.ts'
import { walkAsync, walkSync } from './tree.ts'

/** `sync`: readdirSync and lstatSync, the fastest that Node has. `async`: readdir and lstat of a whole folder at once. */
export interface WalkTask {
  readonly folder: string
  readonly way: 'sync' | 'async'
}

const { folder, way } = taskOf<WalkTask>()
await sampled(async () => {
  const files = way === 'sync' ? walkSync(folder, -1).length : await walkAsync(folder)
  return { facts: { files } }
})
