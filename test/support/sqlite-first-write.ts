import { createSqliteMetadataStore } from '../../src/composition/sqlite.ts'
import { logOf } from './log-command.ts'

/** One of several processes that come to a database that is not there yet. */
export interface FirstWriteTask {
  readonly file: string
  readonly owner: string
}

if (import.meta.main) {
  const { file, owner } = JSON.parse(process.argv[2] ?? '') as FirstWriteTask
  const store = createSqliteMetadataStore({ file })
  const { n } = await store.commit({ project: 'demo', artifact: 'model' }, logOf(owner), {})
  await store.close()
  process.stdout.write(`${n}\n`)
}
