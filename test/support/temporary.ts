import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder, without links in its path, that goes when the test is over, however it ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lading-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
