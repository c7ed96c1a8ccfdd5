import { expect, test, vi } from 'vitest'
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

test('a handle that has read a register lists it no more, however often it changes by its own hand', async () => {
  const { objects, registers } = open()
  await swapTimes(registers, 3)
  const list = vi.spyOn(objects, 'list')

  const found = await registers.read('r', {})

  expect(found!.proof).toBe('2')
  expect(list).not.toHaveBeenCalled()
})

test('what another handle has swapped is read, one rev and many revs later', async () => {
  const { objects, registers } = open()
  const other = createNumberedRegisters(objects)
  await swapTimes(registers, 3)

  const proofs: string[] = []
  for (const swaps of [1, 40]) {
    for (let swap = 0; swap < swaps; swap++) {
      const { proof } = (await other.read('r', {}))!
      await other.swap('r', bytes('another body'), proof, {})
    }
    proofs.push((await registers.read('r', {}))!.proof)
  }

  expect(proofs).toEqual(['3', '43'])
})

test('a register that was removed and made anew is read as it is now', async () => {
  const { objects, registers } = open()
  await swapTimes(registers, 3)
  const { entries } = await objects.list('r/', { depth: 'all', limit: 100 })
  await objects.delete(
    entries.map(({ key }) => key),
    {},
  )

  const gone = await registers.read('r', {})
  await createNumberedRegisters(objects).swap('r', bytes('anew'), null, {})
  const anew = await registers.read('r', {})

  expect([gone, anew?.proof]).toEqual([null, '0'])
})
