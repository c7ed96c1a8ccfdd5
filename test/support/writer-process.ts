import { writeSync } from 'node:fs'
import { Artifact, openStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'

/** One of many processes that write to one store at once. */
export interface WriterTask {
  readonly store: string
  readonly owner: string
  readonly seed: number
  /** Operations until it ends by itself. */
  readonly count: number
}

/** One line that a writer prints, after the store has acknowledged it or, for `begins`, before it is asked. */
export type WriterLine =
  | { readonly kind: 'begins'; readonly artifact: string; readonly content: string }
  | {
      readonly kind: 'logged'
      readonly artifact: string
      readonly content: string
      readonly n: number
      readonly created: boolean
      readonly digest: string
    }
  | { readonly kind: 'moved'; readonly artifact: string; readonly alias: string; readonly n: number }

/** Contents that all writers log, whoever comes first. */
const COMMON_CONTENTS = 6

if (import.meta.main) {
  const task = JSON.parse(process.argv[2] ?? '') as WriterTask
  await using lading = await openStore(task.store, { project: 'demo' })
  await write(lading, task)
}

/** A small generator: the same sequence for the same seed, everywhere. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

async function write(lading: Lading, { owner, seed, count }: WriterTask): Promise<void> {
  const random = randomFrom(seed)
  for (let step = 0; step < count; step++) {
    const artifact = random(3) === 0 ? `of-${owner}` : 'shared'
    const content = random(3) === 0 ? `common ${random(COMMON_CONTENTS)}` : `${owner} ${step}`
    const aliases = random(2) === 0 ? [`last-of-${owner}`, 'contended'] : []
    print({ kind: 'begins', artifact, content })
    const draft = new Artifact(artifact)
      .addFile(text(content), 'content')
      .addFile(text(content.repeat(20_000)), 'large')
    const { n, created, digest } = await lading.save(draft, { aliases })
    print({ kind: 'logged', artifact, content, n, created, digest })
    if (aliases.length > 0) print({ kind: 'moved', artifact, alias: `last-of-${owner}`, n })
    if (random(3) > 0) continue
    await lading.setAlias(`${artifact}:v${n}`, `mine-${owner}`)
    print({ kind: 'moved', artifact, alias: `mine-${owner}`, n })
  }
}

/** A line must have left before the next step: what is buffered dies with the process. */
function print(line: WriterLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}
