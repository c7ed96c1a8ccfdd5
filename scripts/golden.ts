// Writes the golden stores of test/golden anew: `node scripts/golden.ts`. Do this only after the format was changed on
// purpose; then FORMAT in src/protocol/format.ts, docs/on-disk-format.md and the changelog have something to say too.
import { GOLDEN_STORES, writeFolder } from '../test/golden/stores.ts'
import { ROOT } from './run.ts'

for (const [name, create] of Object.entries(GOLDEN_STORES)) {
  const files = await create()
  await writeFolder(`${ROOT}test/golden/${name}`, files)
  process.stdout.write(`test/golden/${name}: ${files.size} files\n`)
}
