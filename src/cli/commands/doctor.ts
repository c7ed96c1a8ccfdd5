import { Command } from 'commander'
import { isLadingError } from '../../domain/errors.ts'
import type { Settings } from '../../composition/settings.ts'
import type { Finding } from '../../ports/store-adapter.ts'
import { collect } from '../collect.ts'
import { settingsOf } from '../context.ts'
import type { Surroundings } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatCount } from '../formats.ts'
import { runWithoutStore } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { withoutSecrets } from '../secrets.ts'
import { printable, wrap } from '../terminal.ts'
import type { Screen, Style } from '../terminal.ts'
import { ignoredNote } from './config.ts'

/** `lading doctor`: whether this store can be trusted. */
export function createDoctorCommand(signal: AbortSignal): Command {
  const command = new Command('doctor')
    .summary('say whether this store can be trusted, and why')
    .description(
      'Checks what lading relies on: this Node, the configuration, that the store opens, and what its adapter knows of:\n' +
        'of a folder or a SQLite file whether its disk syncs, lets one writer win and has room. What it writes to find\n' +
        'out, it removes. Stored bytes are compared by `lading verify`.',
    )
    .action((_flags: object, given: Command) =>
      runWithoutStore(given, signal, async (surroundings) => reportOf(await collect(examine(given, surroundings)))),
    )
  return withExitNotes(command, {
    [EXIT.ok]: 'the store can be trusted, perhaps with warnings',
    [EXIT.failure]: 'something is broken',
  })
}

async function* examine(command: Command, { signal, note }: Surroundings): AsyncGenerator<Finding> {
  yield { check: 'Node', verdict: 'good', detail: process.versions.node }
  const settings = await settingsOf(command).catch((error: unknown) => findingOf('configuration', error))
  if ('verdict' in settings) {
    yield settings
    return
  }
  yield lookAtSettings(settings)
  yield await lookAtOpening(settings, note)
  yield* diagnose(settings, signal)
  const { diagnoseCache } = await import('../../composition/cache-folder.ts')
  yield await diagnoseCache()
}

function lookAtSettings({ configFile, ignored }: Settings): Finding {
  const check = 'configuration'
  if (ignored[0] !== undefined) {
    return { check, verdict: 'warning', detail: ignoredNote(ignored[0]), next: 'see `lading config`' }
  }
  return { check, verdict: 'good', detail: configFile ?? 'no file; flags, variables and defaults' }
}

async function lookAtOpening(settings: Settings, note: Surroundings['note']): Promise<Finding> {
  const { value } = settings.store
  try {
    const { openPlace } = await import('../open-place.ts')
    const { lading } = await openPlace(settings, note)
    await lading.close()
    return { check: 'opening', verdict: 'good', detail: `${value} opens` }
  } catch (error) {
    return findingOf('opening', error)
  }
}

/** A store that does not open may say here why. */
async function* diagnose(settings: Settings, signal: AbortSignal): AsyncGenerator<Finding> {
  try {
    const { neededAdapters } = await import('../open-place.ts')
    const { diagnoseStore } = await import('../../composition/diagnose-store.ts')
    yield* diagnoseStore(settings.store.value, { adapters: await neededAdapters(settings), signal })
  } catch (error) {
    // A setting that makes no sense was told when the store was opened.
    if (!isLadingError(error, 'INVALID')) yield findingOf('diagnosis', error)
  }
}

/** A failure of what was looked at. A bug of ours, and an interrupt, are none. */
function findingOf(check: string, error: unknown): Finding {
  const isAnswer = isLadingError(error) ? error.code !== 'ABORTED' : error instanceof Error && 'syscall' in error
  if (!isAnswer) throw error
  if (!isLadingError(error)) return { check, verdict: 'broken', detail: (error as Error).message }
  const { key, detail, code, next } = error
  return { check, verdict: 'broken', detail: `${key === undefined ? '' : `${key}: `}${detail} (${code})`, next }
}

function reportOf(findings: readonly Finding[]): Report {
  const ok = !findings.some(({ verdict }) => verdict === 'broken')
  const shown = findings.map(({ check, verdict, detail, next }) => ({
    check,
    verdict,
    detail: withoutSecrets(detail),
    next: next === undefined ? null : withoutSecrets(next),
  }))
  return {
    json: { ok, findings: shown },
    lines: (screen) => [...shown.flatMap((finding) => formatFinding(finding, screen)), ...summary(findings, screen)],
    exitCode: ok ? EXIT.ok : EXIT.failure,
  }
}

const MARKS: Readonly<Record<Finding['verdict'], readonly [mark: string, style: Style]>> = {
  good: ['✓', 'green'],
  warning: ['!', 'yellow'],
  broken: ['✗', 'red'],
}

const CHECK_WIDTH = 16

function formatFinding(
  { check, verdict, detail, next }: Omit<Finding, 'next'> & { readonly next: string | null },
  { columns, style }: Screen,
): readonly string[] {
  const [mark, colour] = MARKS[verdict]
  const indent = ' '.repeat(CHECK_WIDTH + 3)
  const lines = (text: string) => wrap(printable(text), columns - indent.length)
  const [first = '', ...others] = lines(detail)
  return [
    `${style(colour, mark)} ${style('bold', check.padEnd(CHECK_WIDTH))} ${first}`,
    ...others.map((line) => indent + line),
    ...(next === null ? [] : lines(next).map((line) => indent + style('dim', line))),
  ]
}

function summary(findings: readonly Finding[], { columns, style }: Screen): readonly string[] {
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length
  const [broken, warnings] = [count('broken'), count('warning')]
  const [colour, text]: [Style, string] =
    broken > 0
      ? ['red', `Do not rely on this store yet: ${formatCount(broken, 'check')} failed.`]
      : warnings > 0
        ? ['yellow', `This store can be trusted, but see ${formatCount(warnings, 'warning')} above.`]
        : ['green', 'This store can be trusted.']
  return ['', ...wrap(text, columns).map((line) => style(colour, line))]
}
