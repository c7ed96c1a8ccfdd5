// Started anew without the module, as on a Node that has none: a flag of Node takes it away.
import { spawnSync } from 'node:child_process'
import { Artifact, isLadingError, openStore } from '../../src/index.ts'

/** The error of a SQLite store, and the number of a version that another store took. */
export interface WithoutSqlite {
  readonly code: string
  readonly next: string | undefined
  readonly other: number
}

if (process.execArgv.includes('--no-experimental-sqlite')) {
  await using lading = await openStore('memory:', { project: 'demo' })
  const { n } = await lading.save(new Artifact('model').addFile(new Uint8Array(1), 'a'))
  try {
    await openStore('sqlite:never-made.db')
  } catch (error) {
    if (!isLadingError(error)) throw error
    const { code, next } = error
    process.stdout.write(JSON.stringify({ code, next, other: n } satisfies WithoutSqlite))
  }
} else {
  const args = ['--no-experimental-sqlite', process.argv[1]!, 'null']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
