import { ContractFailure } from '../check.ts'
import { STALL_CHUNK_BYTES, childBody } from '../child-task.ts'
import type { ChildRun } from '../child-task.ts'
import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'processes', tier: 'full', requires: ['spawn'] } as const

/** Several processes, and processes that are killed. */
export const processCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.processes.one-winner',
    obligation: 'Must let exactly one of any number of racing creations win, in all processes.',
    async run({ open, key, seed, spawn, check }) {
      const count = 200
      const owners = ['ann', 'ben', 'cy']
      const runs = owners.map((owner) => spawn({ kind: 'create', prefix: key('n/'), count, seed, owner }))

      const won = await Promise.all(runs.map(collectLines))
      await Promise.all(runs.map((run) => run.ended()))

      const claims = owners.flatMap((owner, index) => won[index]!.slice(1).map((n) => ({ owner, n: Number(n) })))
      check.equal(
        claims.map(({ n }) => n).sort((a, b) => a - b),
        Array.from({ length: count }, (_, n) => n),
      )
      const store = await open()
      for (const { owner, n } of claims) {
        check.bytesEqual(await readAll(store, key(`n/${n}`)), childBody(seed, owner, n), `${n}, won by ${owner}`)
      }
    },
  },
  {
    ...base,
    id: 'object.processes.killed-at-each-chunk',
    obligation: 'Must be all or nothing, and durable with its name when it answers, also when it answers `exists`.',
    async run({ open, key, bytes, namespace, seed, spawn, check }) {
      const chunks = 4
      const sizeBytes = chunks * STALL_CHUNK_BYTES
      for (let chunk = 0; chunk <= chunks; chunk++) {
        const run = spawn({ kind: 'stall', key: key('a'), sizeBytes, seed, chunk })
        await untilLine(run, (line) => line === `chunk ${chunk}`)

        await run.kill()

        check.equal(await listNames(await open(), namespace), [], `killed before chunk ${chunk}`)
      }

      const store = await open()
      await store.putIfAbsent(key('a'), bytes('a', 1_000), {})
      check.bytesEqual(await readAll(store, key('a')), bytes('a', 1_000), 'the key is still free')
    },
  },
  {
    ...base,
    id: 'object.processes.killed-while-writing',
    obligation: 'Must be all or nothing, and durable with its name when it answers, also when it answers `exists`.',
    async run({ open, key, namespace, seed, spawn, check }) {
      for (const sizeBytes of [10, 100_000, 1_500_000]) {
        for (let acknowledged = 1; acknowledged <= 6; acknowledged++) {
          const prefix = key(`${sizeBytes}/${acknowledged}/`)
          const run = spawn({ kind: 'write', prefix, sizeBytes, seed })
          await untilLine(run, (line) => Number(line) === acknowledged)

          await run.kill()

          const names = await listNames(await open(), prefix)
          check.equal(names.length > acknowledged, true, `what was acknowledged of ${namespace}`)
          for (const name of names) {
            const expected = childBody(seed, 'writer', Number(name), sizeBytes)
            check.bytesEqual(await readAll(await open(), `${prefix}${name}`), expected, `object ${name}`)
          }
        }
      }
    },
  },
]

async function collectLines(run: ChildRun): Promise<string[]> {
  const lines: string[] = []
  for await (const line of run.lines()) lines.push(line)
  return lines
}

async function untilLine(run: ChildRun, isIt: (line: string) => boolean): Promise<void> {
  const seen: string[] = []
  for await (const line of run.lines()) {
    if (isIt(line)) return
    seen.push(line)
  }
  throw new ContractFailure('a process that goes on', `one that ended after printing ${seen.join(' ') || 'nothing'}`)
}
