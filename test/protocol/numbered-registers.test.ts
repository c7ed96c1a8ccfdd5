import { expect, test } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import { createNumberedRegisters } from '../../src/protocol/numbered-registers.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function open() {
  const objects = checkedObjectStore(createMemoryObjectStore({ register: 'numbered' }))
  return { objects, registers: createNumberedRegisters(objects) }
}

async function swapTimes(registers: ReturnType<typeof createNumberedRegisters>, times: number): Promise<void> {
  let proof: string | null = null
  for (let rev = 0; rev < times; rev++) {
    const swapped = await registers.swap('r', bytes(`body ${rev}`), proof, {})
    if (swapped === 'lost') throw new Error(`swap ${rev} lost`)
    proof = swapped.proof
  }
}

test('the newest body is read across folders of 1024', async () => {
  const { registers } = open()

  await swapTimes(registers, 1_026)

  const found = await registers.read('r', {})
  expect(new TextDecoder().decode(found!.bytes)).toBe('body 1025')
  expect(found!.proof).toBe('1025')
})

test('superseded bodies are emptied and keep their names', async () => {
  const { objects, registers } = open()

  await swapTimes(registers, 3)

  const { entries } = await objects.list('r/', { depth: 'all', limit: 10 })
  expect(entries.map((entry) => (entry.kind === 'object' ? entry.sizeBytes : -1))).toEqual([0, 0, 6])
})

test('a swap against an older state is lost', async () => {
  const { registers } = open()
  await swapTimes(registers, 2)

  expect(await registers.swap('r', bytes('late'), '0', {})).toBe('lost')
})

test('a register whose newest body is empty is CORRUPT, not waited for', async () => {
  const { objects, registers } = open()
  await swapTimes(registers, 2)
  await objects.put('r/0000000000/0000000001', new Uint8Array(), {})

  await expect(registers.read('r', {})).rejects.toMatchObject({ code: 'CORRUPT', key: 'r/0000000000/0000000001' })
})
