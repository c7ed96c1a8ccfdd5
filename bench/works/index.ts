import type { Work } from '../work.ts'
import { downloads, downloadsAgain } from './downloads.ts'
import { firstLogs, logsAgain } from './logs.ts'
import { manifest } from './manifest.ts'
import { start } from './start.ts'
import { versions } from './versions.ts'

/** All works, in the order of the table of bars. */
export const WORKS: readonly Work[] = [
  ...firstLogs,
  ...logsAgain,
  ...downloads,
  ...downloadsAgain,
  ...versions,
  manifest,
  start,
]
