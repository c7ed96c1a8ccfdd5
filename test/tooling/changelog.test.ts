import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/run.ts'

const FOLDER = `${ROOT}changelog/unreleased/`

describe('changelog', () => {
  it.each(['../TEMPLATE', ...readdirSync(FOLDER)])(
    '%s names its kind, the change, and what lading does now',
    (file) => {
      const lines = readFileSync(`${FOLDER}${file}`, 'utf8').split('\n')
      const text = lines
        .filter((line) => !line.startsWith('#'))
        .join('\n')
        .trim()

      expect(text).toMatch(/^(Security|Bugfix|Change|Enhancement): \S.*\n\n/)
      expect(text).toMatch(/\blading now\b/)
    },
  )
})
