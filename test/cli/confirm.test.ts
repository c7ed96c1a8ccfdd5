import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { confirm } from '../../src/cli/confirm.ts'
import { reportError } from '../../src/cli/errors.ts'

const LOSS = { question: 'Delete 12 files?', items: Array.from({ length: 12 }, (_, index) => `f${index}\u001b`) }

/** Puts somebody at the terminal who answers, or leaves; answers what was shown to them. */
function answering(answer: string | null): () => string {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()].map((stream) => Object.assign(stream, { isTTY: true }))
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as never)
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(stderr as never)
  if (answer === null) stdin!.end()
  else stdin!.write(`${answer}\n`)
  return () => String(stderr!.read())
}

describe('a question', () => {
  const signal = new AbortController().signal

  afterEach(() => void vi.restoreAllMocks())

  it.each(['y', 'yes', ' Y '])('that is answered with %j lets the work go on', async (answer) => {
    const shown = answering(answer)

    await confirm({ signal }, LOSS)

    expect(shown()).toMatch(/^ {2}f0\\u001b\n(.*\n){9} {2}… and 2 more\nDelete 12 files\? \[y\/N\] $/)
  })

  it.each(['n', '', 'maybe', null])('that is answered with %j changes nothing: ABORTED', async (answer) => {
    answering(answer)

    await expect(confirm({ signal }, LOSS)).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('that is interrupted ends with the interrupt, and says that nothing was changed', async () => {
    const controller = new AbortController()
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(new PassThrough(), { isTTY: true }) as never)
    vi.spyOn(process, 'stderr', 'get').mockReturnValue(Object.assign(new PassThrough(), { isTTY: true }) as never)

    const asked = confirm({ signal: controller.signal }, LOSS)
    controller.abort()

    const error: unknown = await asked.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ABORTED', detail: 'interrupted; nothing was changed' })
    const told = answering('')
    expect(reportError(error, controller.signal)).toBe(130)
    expect(stripVTControlCharacters(told())).toBe('lading: interrupted; nothing was changed\n')
  })

  it('that nobody can be asked is INVALID, and says how a script answers it', async () => {
    await expect(confirm({ signal }, LOSS)).rejects.toMatchObject({
      code: 'INVALID',
      next: 'add --yes; nothing was changed',
    })
  })
})
