import { Command } from 'commander'
import type { Origin, Settings } from '../../composition/settings.ts'
import { settingsOf } from '../context.ts'
import type { Surroundings } from '../context.ts'
import { runWithoutStore } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { withoutSecrets } from '../secrets.ts'
import { formatTable } from '../table.ts'
import { printable, widthOf } from '../terminal.ts'
import type { Screen } from '../terminal.ts'

/** `lading config`: which settings count, and where each one comes from. */
export function createConfigCommand(signal: AbortSignal): Command {
  return new Command('config')
    .summary('show every setting and where it comes from')
    .description(
      'Shows the store, the project, the adapters and the cache folder that a command here works with, and where each comes\n' +
        'from: a flag, a variable, the nearest lading.config.json upwards (or lading.config.ts beside the package.json of\n' +
        'the project), or the default. Says of adapters that would be refused why. Opens no store, and runs no adapter.\n' +
        'Secrets in URLs are shown as ***.',
    )
    .action((_flags: object, command: Command) =>
      runWithoutStore(command, signal, (surroundings) => showConfig(command, surroundings)),
    )
}

/** Why a file of code that was found does not count. */
export function ignoredNote(path: string): string {
  return `${path} is not run: code counts only beside the nearest package.json upwards; or write it as lading.config.json`
}

async function showConfig(command: Command, { note }: Surroundings): Promise<Report> {
  const [settings, { formatOrigin }] = await Promise.all([settingsOf(command), import('../../composition/settings.ts')])
  for (const path of settings.ignored) note(ignoredNote(path))
  const adapters = await shownAdapters(settings)
  for (const { name, detail, next } of adapters.refused) note(`${name} is refused: ${detail}${next && `; ${next}`}`)
  const shown = { ...shownSettings(settings), adapters, cache: await shownCache() }
  const rows = Object.entries({ ...shown, adapters: { ...adapters, value: labelsOf(adapters) } }).map(
    ([name, { value, from }]) => [name, formatValue(value), formatOrigin(from)].map(printable),
  )
  return {
    json: { configFile: settings.configFile, settings: shown },
    lines: (screen) => formatSettings(rows, screen),
  }
}

/** Nothing is cut: paths and URLs are there to be copied. */
function formatSettings(rows: readonly (readonly string[])[], screen: Screen): readonly string[] {
  const columns = [{ title: 'SETTING' }, { title: 'VALUE' }, { title: 'FROM' }]
  const table = formatTable(columns, rows, screen)
  if (table.every((line) => widthOf(line) <= screen.columns)) return table
  return rows.flatMap(([name = '', value = '', from = '']) => [
    screen.style('bold', name),
    `  ${value}`,
    `  ${screen.style('dim', `from ${from}`)}`,
  ])
}

interface ShownAdapters {
  readonly value: readonly string[]
  readonly from: Origin
  /** Those that would not be loaded, and why. */
  readonly refused: readonly { readonly name: string; readonly detail: string; readonly next: string }[]
}

/** No package is run for that. */
async function shownAdapters(settings: Settings): Promise<ShownAdapters> {
  const { adapters } = settings
  if (adapters.value.length === 0) return { value: [], from: adapters.origin, refused: [] }
  const { refusalsOf } = await import('../../composition/load-adapters.ts')
  const refusals = await refusalsOf(settings)
  const value = adapters.value.map((adapter) => (typeof adapter === 'string' ? adapter : String(adapter.name)))
  const refused = value.flatMap((name, index) => {
    const refusal = refusals[index]
    return refusal ? [{ name, detail: refusal.detail, next: refusal.next ?? '' }] : []
  })
  return { value, from: adapters.origin, refused }
}

function labelsOf({ value, refused }: ShownAdapters): readonly string[] {
  const names = new Set(refused.map(({ name }) => name))
  return value.map((name) => (names.has(name) ? `${name} (refused)` : name))
}

function shownSettings({ store, project }: Settings) {
  return {
    store: { value: withoutSecrets(store.value), from: store.origin },
    project: { value: project.value, from: project.origin },
  }
}

async function shownCache(): Promise<{ readonly value: string | null; readonly from: Origin }> {
  const { cacheFolder } = await import('../../composition/cache-folder.ts')
  const name = 'LADING_CACHE'
  return { value: await cacheFolder(), from: process.env[name] ? { kind: 'variable', name } : { kind: 'default' } }
}

function formatValue(value: string | readonly string[] | null): string {
  if (value === null || value.length === 0) return 'none'
  return typeof value === 'string' ? value : value.join(', ')
}
