import { defineConfig } from 'vitest/config'

/** What each mutant of the domain has to get past: the quick tests of the domain, and no others. */
export default defineConfig({
  test: {
    include: ['test/domain/**/*.test.ts'],
    exclude: ['test/domain/manifest-many.test.ts'],
    setupFiles: ['test/mutation/setup.ts'],
    testTimeout: 60_000,
    watch: false,
  },
})
