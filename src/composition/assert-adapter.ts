import { quote } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'
import { ADAPTER_CONTRACT } from '../ports/store-adapter.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'

/** As `schemeOf` finds them: a single letter would be a Windows drive. */
const SCHEME = /^[a-z][a-z0-9+.-]+$/

/**
 * Returns an adapter. Rejects `UNSUPPORTED` one of another contract version, saying what to upgrade, and `INVALID` what is
 * no adapter, naming what is wrong.
 */
export function assertAdapter(value: unknown): StoreAdapter {
  if (typeof value === 'function') {
    const name = value.name === '' ? 'it' : `\`${value.name}\``
    throw invalid('an adapter is a function', `call ${name} and give what it answers`)
  }
  if (typeof value !== 'object' || value === null) throw invalid(`an adapter is ${quote(value)}`, LOOK)
  const { contract, name, schemes, open, pathsOf, diagnose } = value as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || name === '') throw invalid('an adapter has no `name`', LOOK)
  assertContract(name, contract)
  assertSchemes(name, schemes)
  if (typeof open !== 'function') throw invalid(`the adapter ${name} has no function \`open\``, LOOK)
  for (const [member, it] of Object.entries({ pathsOf, diagnose })) {
    if (it !== undefined && typeof it !== 'function') {
      throw invalid(`\`${member}\` of the adapter ${name} is ${quote(it)}`, 'make it a function, or leave it out')
    }
  }
  // All that its type says has been looked at.
  return value as StoreAdapter
}

const LOOK = 'give a StoreAdapter (docs/write-an-adapter.md)'

function assertContract(name: string, contract: unknown): void {
  if (contract === ADAPTER_CONTRACT) return
  if (!Number.isSafeInteger(contract)) {
    throw invalid(`\`contract\` of the adapter ${name} is ${quote(contract)}`, `this lading speaks ${ADAPTER_CONTRACT}`)
  }
  const older = (contract as number) < ADAPTER_CONTRACT ? `the package of the adapter ${name}` : 'lading'
  throw new LadingError('UNSUPPORTED', {
    operation: 'openStore',
    adapter: name,
    detail: `it was written for version ${String(contract)} of the adapter contract, and this lading speaks ${ADAPTER_CONTRACT}`,
    next: `upgrade ${older}`,
  })
}

function assertSchemes(name: string, schemes: unknown): void {
  if (!Array.isArray(schemes) || schemes.length === 0) {
    throw invalid(`the adapter ${name} has no \`schemes\``, 'give at least one, such as `webdav`')
  }
  const wrong = Array.from<unknown>(schemes).find((scheme) => typeof scheme !== 'string' || !SCHEME.test(scheme))
  if (wrong === undefined && !schemes.includes(undefined)) return
  const next = 'write it in lower case, two characters or more, without the colon: `webdav`'
  throw invalid(`a scheme of the adapter ${name} is ${quote(wrong)}`, next)
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { operation: 'openStore', detail, next })
}
