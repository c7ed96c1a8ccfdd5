import { writeSync } from 'node:fs'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { runChildTask } from '../../../src/contract/index.ts'
import type { ChildTask } from '../../../src/contract/index.ts'

/** The other process of the contract suite: works on the fs store at the folder that it is given. */
const [root, task] = process.argv.slice(2)
if (root === undefined || task === undefined) throw new Error('usage: child.ts <root> <task as JSON>')

const store = createFsObjectStore({ root })
// A line must have left before the next step: what is buffered dies with the process.
await runChildTask(store, JSON.parse(task) as ChildTask, (line) => writeSync(1, `${line}\n`))
await store.close()
