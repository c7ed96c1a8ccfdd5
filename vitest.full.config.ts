import { defineConfig } from 'vitest/config'

/** `npm run test:full`: the full tier, for CI. It may take minutes, and one test at a time where it measures memory. */
export default defineConfig({
  test: {
    include: ['test/full/**/*.test.ts'],
    pool: 'forks',
    watch: false,
    // No test writes into the home folder of whoever runs it.
    env: { LADING_CACHE: 'off' },
    testTimeout: 600_000,
    hookTimeout: 120_000,
    reporters: ['default', './scripts/suite-reporter.ts'],
  },
})
