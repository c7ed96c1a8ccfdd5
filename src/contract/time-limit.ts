import { ContractFailure } from './check.ts'

/** What `run` answers; rejects with a ContractFailure when it has not settled by then. It is not stopped. */
export async function withTimeLimit<T>(run: Promise<T>, limitMs: number, what: string): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const expected = `${what} to end within ${limitMs} ms`
  const timer = setTimeout(() => limit.reject(new ContractFailure(expected, 'no end')), limitMs)
  try {
    return await Promise.race([run, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
