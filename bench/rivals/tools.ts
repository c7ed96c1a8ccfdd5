import { fileURLToPath } from 'node:url'

/** What a user would pick instead. In commands `{source}`, `{state}` and `{target}` stand for folders. */
export interface Tool {
  readonly name: string
  /** Prints the version. */
  readonly version: readonly string[]
  /** Makes the place that it stores in: not timed. */
  readonly create: readonly (readonly string[])[]
  /** Brings the source to where the tool wants to have it, before each log: not timed. */
  readonly bring: readonly (readonly string[])[]
  readonly log: readonly (readonly string[])[]
  /** Null where it cannot, or not without a server. */
  readonly download: readonly (readonly string[])[] | null
  /** Fair settings, and all that keeps it from leaving anything on this machine. */
  readonly env: Readonly<Record<string, string>>
}

const PYTHON = process.env['LADING_BENCH_PYTHON'] ?? 'python3'
const LIBRARIES = fileURLToPath(new URL('libraries.py', import.meta.url))

/** The tools that `--vs` looks for. */
export const TOOLS: readonly Tool[] = [
  library('trackio', true),
  // Its offline mode keeps what is to be sent later; there is nothing to download from.
  library('wandb', false),
  library('mlflow', true),
  {
    name: 'dvc',
    version: ['dvc', '--version'],
    create: [
      ['git', 'init', '--quiet', '{state}'],
      ['dvc', '--cd', '{state}', 'init', '--quiet'],
      ['dvc', '--cd', '{state}', 'config', 'cache.type', 'copy'],
      ['dvc', '--cd', '{state}', 'config', 'core.analytics', 'false'],
    ],
    bring: [
      ['mkdir', '-p', '{state}/data'],
      ['cp', '-a', '-u', '{source}/.', '{state}/data'],
    ],
    log: [['dvc', '--cd', '{state}', 'add', '--quiet', 'data']],
    download: [
      ['rm', '-rf', '{state}/data'],
      ['dvc', '--cd', '{state}', 'checkout', '--quiet', 'data.dvc'],
    ],
    env: { HOME: '{state}', DVC_NO_ANALYTICS: '1' },
  },
  {
    name: 'restic',
    version: ['restic', 'version'],
    create: [['restic', 'init', '--quiet']],
    bring: [],
    log: [['restic', 'backup', '--quiet', '--compression', 'off', '{source}']],
    download: [['restic', 'restore', 'latest', '--quiet', '--verify', '--target', '{target}']],
    env: { RESTIC_REPOSITORY: '{state}/repository', RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: '{state}/cache' },
  },
]

function library(name: string, downloads: boolean): Tool {
  return {
    name,
    version: [PYTHON, LIBRARIES, name, 'version'],
    create: [],
    bring: [],
    log: [[PYTHON, LIBRARIES, name, 'log', '{source}', '{state}']],
    download: downloads ? [[PYTHON, LIBRARIES, name, 'download', '{target}', '{state}']] : null,
    env: {},
  }
}
