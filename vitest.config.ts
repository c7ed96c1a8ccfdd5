import { defineConfig } from 'vitest/config'

/** `npm test`: everything that fits into five minutes on two cores and needs npm alone. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/full/**', 'test/soak/**', 'test/**/fixtures/**'],
    pool: 'forks',
    watch: false,
    // By itself vitest leaves one of two cores to others.
    maxWorkers: 2,
    // Ends what hangs; a busy machine must not fail a test.
    testTimeout: 60_000,
    // No test leaves anything in the cache folder of whoever runs it.
    env: { LADING_CACHE: 'off' },
    hookTimeout: 60_000,
    reporters: ['default', ['./scripts/suite-reporter.ts', { budgets: 'test/seconds.json' }]],
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'tsconfig.check.json',
      // Errors elsewhere are the business of `npm run check`.
      ignoreSourceErrors: true,
    },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text', 'html'] },
  },
})
