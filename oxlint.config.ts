/**
 * The lint and the import rule. The table below is the hexagon of the architecture page: who may import whom.
 * It is TypeScript, not JSON, because each folder's rule must be complete: a later override replaces an earlier one.
 * Every kind of rule has a planted violation in test/tooling/import-rule.test.ts.
 */

/** Folder of src → the other folders of src that it may import. Every folder of src must be here. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ports: ['domain'],
  application: ['domain', 'ports'],
  protocol: ['domain', 'ports'],
  sql: ['domain', 'ports'],
  adapters: ['domain', 'ports', 'sql'],
  contract: ['domain', 'ports'],
  composition: ['domain', 'ports', 'application', 'protocol', 'sql', 'adapters', 'contract', 'server', 'cli', 'web'],
  server: ['domain', 'ports', 'application', 'composition'],
  cli: ['domain', 'ports', 'application', 'composition'],
  web: ['domain', 'ports', 'application', 'composition'],
}

/** What `import 'lading'` is made of. */
const INDEX_MAY_IMPORT = ['domain', 'ports', 'application', 'composition']

/** Folders that reach the outside world through ports only. */
const WITHOUT_IO = ['domain', 'ports', 'application', 'protocol', 'sql']

interface Pattern {
  readonly regex: string
  readonly message: string
}

const SELF: Pattern = {
  regex: '^lading(/|$)',
  message: 'Inside src, import the file and not the package.',
}
const INVERSIFY: Pattern = {
  regex: '^(inversify|reflect-metadata)(/|$)|/inversify/',
  message: 'Only src/composition/inversify knows inversify, and nobody imports that.',
}
const REFLECT: Pattern = {
  regex: '^reflect-metadata(/|$)',
  message: 'No decorators are asked of users: whoever has some imports it himself.',
}
const SDK: Pattern = {
  regex: '^(@aws-sdk|@smithy|@google-cloud|@huggingface|@node-rs|postgres|trackio)(/|$)',
  message: "An SDK is imported in its adapter's client.ts alone, lazily.",
}
const IO: Pattern = {
  regex: '^(node:)?(fs|net|tls|dns|http|http2|https|dgram|child_process|cluster|sqlite)(/|$)',
  message: 'This folder reaches the outside world through ports only.',
}

/** Nobody imports src/index.ts, nor a folder that is not on the list. Matches from any depth inside a folder. */
function hexagon(folder: string, prefix: string, allowed: readonly string[]): Pattern {
  const forbidden = Object.keys(MAY_IMPORT).filter((other) => other !== folder && !allowed.includes(other))
  return {
    regex: `^${prefix}(${[...forbidden, 'index\\.ts$'].join('|')})(/|$)`,
    message: `${folder} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
  }
}

/** Another adapter, seen from `depth` folders below src/adapters/<x>. */
function otherAdapter(depth: number): Pattern {
  return {
    regex: `^(${'\\.\\./'.repeat(depth + 1)}[^.]|(\\.\\./)+adapters/)`,
    message: 'An adapter never imports another adapter.',
  }
}

function restrict(files: readonly string[], patterns: readonly Pattern[]) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

function folderRules() {
  return Object.entries(MAY_IMPORT)
    .filter(([folder]) => folder !== 'adapters')
    .map(([folder, allowed]) =>
      restrict(
        [`src/${folder}/**`],
        [SELF, SDK, hexagon(folder, '(\\.\\./)+', allowed), INVERSIFY, ...(WITHOUT_IO.includes(folder) ? [IO] : [])],
      ),
    )
}

function adapterRules() {
  const ours = hexagon('adapters', '(\\.\\./)+', MAY_IMPORT['adapters'] ?? [])
  return [0, 1, 2].flatMap((depth) => {
    const folder = `src/adapters/*/${'*/'.repeat(depth)}`
    const common = [SELF, INVERSIFY, ours, otherAdapter(depth)]
    return [
      restrict([`${folder}*.ts`], [...common, SDK]),
      ...(depth === 0 ? [restrict([`${folder}client.ts`], common)] : []),
    ]
  })
}

export default {
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['dist', 'dist.*', 'coverage', 'node_modules', 'test/tooling/fixtures'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-duplicates': 'error',
    // `import('./x.ts').X` as a type would slip through no-restricted-imports; this rule forbids it.
    'typescript/consistent-type-imports': 'error',
    'typescript/prefer-ts-expect-error': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/throw-new-error': 'error',
    'vitest/no-focused-tests': 'error',
    eqeqeq: 'error',
    'max-params': ['error', { max: 4 }],
    'no-throw-literal': 'error',
    'no-var': 'error',
    'prefer-const': 'error',

    // It does not see that the other half of the condition changes.
    'no-unmodified-loop-condition': 'off',
    // It takes the port of a thread for a window.
    'unicorn/require-post-message-target-origin': 'off',
    // Against the house style: helpers come below, `sort()` on a fresh copy is fine, so is a function in a function.
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'eslint/no-shadow': 'off',
    'eslint/no-underscore-dangle': 'off',
    'import/no-unassigned-import': 'off',
    // Property tests and the contract binder assert inside helpers.
    'vitest/expect-expect': 'off',
    'vitest/no-disabled-tests': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/no-standalone-expect': 'off',
    'vitest/valid-title': 'off',
    // vitest takes what to say on failure as a second argument.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/require-mock-type-parameters': 'off',
  },
  overrides: [
    {
      files: ['src/**'],
      rules: { 'typescript/no-explicit-any': 'error', 'import/no-default-export': 'error', 'no-console': 'error' },
    },
    // The types of a constructor's parameters are written down at run time, and so imported.
    { files: ['examples/inversify-service/**'], rules: { 'typescript/consistent-type-imports': 'off' } },
    restrict(['src/*.ts'], [SELF, SDK, INVERSIFY, hexagon('src/index.ts', '\\./', INDEX_MAY_IMPORT)]),
    ...folderRules(),
    restrict(
      ['src/composition/inversify/**'],
      [SELF, SDK, REFLECT, hexagon('composition', '(\\.\\./)+', MAY_IMPORT['composition'] ?? [])],
    ),
    ...adapterRules(),
  ],
}
