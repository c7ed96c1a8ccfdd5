import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'

describe('exit codes', () => {
  it('are those of the table in docs/cli.md', async () => {
    const rows = await documented()

    expect(Object.fromEntries(rows.flatMap(({ code, errors }) => errors.map((error) => [error, code])))).toEqual(
      Object.fromEntries(rows.flatMap(({ errors }) => errors.map((error) => [error, exitCodeOf(error)]))),
    )
    expect(rows.map(({ code }) => code)).toEqual(Object.values(EXIT))
  })

  it('cover every error code', async () => {
    const source = await readFile(new URL('../../src/domain/errors.ts', import.meta.url), 'utf8')
    const codes = [...source.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code)

    const errors = (await documented()).flatMap((row) => row.errors)

    expect([...errors].sort()).toEqual(codes.sort())
  })
})

async function documented(): Promise<readonly { code: number; errors: readonly ErrorCode[] }[]> {
  const text = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  const rows = text.matchAll(/^\| (?<code>\d+) \|.*\|(?<errors>[^|]*)\|$/gm)
  return [...rows].map(({ groups }) => {
    const errors = [...(groups?.['errors'] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, error]) => error as ErrorCode)
    return { code: Number(groups?.['code']), errors }
  })
}
