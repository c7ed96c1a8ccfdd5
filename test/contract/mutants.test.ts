import { describe, expect, it } from 'vitest'
import { ContractFailure } from '../../src/contract/index.ts'
import { isLadingError } from '../../src/domain/errors.ts'
import { MUTANT_GROUPS } from './mutants/groups.ts'

const THREAD = /^[\w.-]+\/[\w.-]+#\d+$/
const FUNCTION = /^[\w.-]+\/[\w.-]+: \S/

/** A case that more mutants share than this says little about each of them. */
const MUTANTS_A_CASE_MAX = 3

/** How a mutant is to be found: by a check, or by an error that the adapter has a name for. */
const TOLD = 'told by a check or by the adapter'

const MUTANTS = MUTANT_GROUPS.flatMap(({ mutants }) => mutants)

describe.each(MUTANT_GROUPS)('a broken $port', (group) => {
  it.each(group.mutants)('$id is found by $killedBy, which its sound adapter passes', async (mutant) => {
    await group.trySound(mutant, mutant.killedBy)

    const failure = await group.tryBroken(mutant, mutant.killedBy).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(ContractFailure)
    expect(deathOf((failure as ContractFailure).cause)).toBe(TOLD)
  })

  it('comes in eight kinds at least', () => {
    expect(group.mutants.length).toBeGreaterThanOrEqual(8)
  })
})

describe('the mutants', () => {
  it('have ids of their own', () => {
    const ids = MUTANTS.map(({ id }) => id)

    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([])
  })

  it('cite what happened to somebody', () => {
    const citations = MUTANTS.flatMap(({ id, cites }) => (cites.length > 0 ? cites : [{ source: id, what: '' }]))

    const unclear = citations.filter(({ source, what }) => {
      const isKnown = THREAD.test(source) || FUNCTION.test(source) || source === 'servers.md'
      return !isKnown || what.length < 10
    })

    expect(unclear).toEqual([])
  })

  it('share a case among three of them at most', () => {
    const shared = Map.groupBy(MUTANTS, ({ killedBy }) => killedBy)

    const crowded = [...shared].filter(([, mutants]) => mutants.length > MUTANTS_A_CASE_MAX)

    expect(crowded.map(([caseId]) => caseId)).toEqual([])
  })
})

/** A crash or a time-out finds something, but not what the mutant stands for. */
function deathOf(cause: unknown): string {
  let last = cause
  for (let error = cause; error instanceof Error; error = error.cause) {
    last = error
    if (error instanceof ContractFailure) return / to end within /.test(error.expected) ? error.message : TOLD
  }
  return isLadingError(last) ? TOLD : String(last)
}
