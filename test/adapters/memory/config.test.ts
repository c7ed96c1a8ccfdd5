import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../../src/adapters/memory/config.ts'
import { LadingError } from '../../../src/domain/errors.ts'

describe('options of the memory driver', () => {
  it('default to a native register, no batches, no packs and data of its own', () => {
    const [one, other] = [resolveConfig({}), resolveConfig({})]

    expect(one).toMatchObject({ register: 'native', batch: false, packBelowBytes: 0 })
    expect(one.shared).not.toBe(other.shared)
    expect(Object.isFrozen(one)).toBe(true)
  })

  it.each([-1, 0.5, NaN, Infinity])('refuse packs below %s bytes', (packBelowBytes) => {
    const resolve = (): unknown => resolveConfig({ packBelowBytes })

    expect(resolve).toThrow(LadingError)
    expect(resolve).toThrow(`INVALID: packBelowBytes is ${packBelowBytes}`)
  })
})
