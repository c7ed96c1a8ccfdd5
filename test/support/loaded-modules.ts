// Prints what programs load, as URLs, in its last line.
import { registerHooks } from 'node:module'

/** What is imported, in this order, by file URLs, and what `process.argv` says meanwhile. */
export interface LoadTask {
  readonly entries: readonly string[]
  readonly args: readonly string[]
}

const { entries, args } = JSON.parse(process.argv[2]!) as LoadTask
const loaded = new Set<string>()
registerHooks({
  load(url, context, nextLoad) {
    loaded.add(url)
    return nextLoad(url, context)
  },
})
process.on('exit', () => process.stdout.write(`\n${JSON.stringify([...loaded])}\n`))
process.argv.splice(1, Infinity, import.meta.filename, ...args)
for (const entry of entries) await import(entry)
