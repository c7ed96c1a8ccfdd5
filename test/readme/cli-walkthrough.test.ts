import { describe, expect, it } from 'vitest'
import { normalised } from '../../scripts/cli-walkthrough.ts'
import { run } from '../../scripts/run.ts'

describe('docs/cli-walkthrough.md', () => {
  it('is what its commands print', () => {
    const { ok, output } = run('node', ['scripts/cli-walkthrough.ts', '--check'])

    expect(ok ? 'current' : output).toBe('current')
  })

  it('is compared but for ids of runs and times, and nothing else', () => {
    const walk = (id: string, time: string, ago: string) =>
      `v0 used by run ${id}\nlogged ${time} (${ago})\n2 files, digest c1cd36c96f26\n`
    const first = walk('01a1ff42-587d-7729-87aa-e03321ddc4ea', '2026-11-21 18:09:53 UTC', 'just now')

    expect(normalised(walk('11111111-2222-3333-4444-555555555555', '2027-01-01 00:00:00 UTC', '1m ago'))).toBe(
      normalised(first),
    )
    expect(normalised(first.replace('c1cd', 'c1ce'))).not.toBe(normalised(first))
  })
})
