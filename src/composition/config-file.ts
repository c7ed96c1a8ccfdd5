import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { LadingError } from '../domain/errors.ts'

/** The configuration as data: it is looked for in every folder upwards. What it lists as adapters is code. */
export const CONFIG_JSON = 'lading.config.json'

/** The configuration as code: it is run only beside the project's own package.json. */
export const CONFIG_CODE = ['lading.config.ts', 'lading.config.js', 'lading.config.mjs'] as const

/** What was found on the way up from a folder. */
export interface FoundConfig {
  /** The absolute path of the file in use; null when there is none. */
  readonly path: string | null
  /** Whether that file is code. */
  readonly isCode: boolean
  /** Whether it lies beside the nearest package.json upwards: only there it may make code run. */
  readonly isOfProject: boolean
  /** Files of code that are not run, because no package.json lies beside them, or a nearer one does elsewhere. */
  readonly ignored: readonly string[]
}

/**
 * Finds the one configuration file that counts: that of the nearest folder upwards that has one. Code counts only in the
 * folder of the nearest package.json. Reads no file.
 *
 * Rejects `INVALID` where one folder has two.
 */
export async function findConfig(folder: string): Promise<FoundConfig> {
  const ignored: string[] = []
  let isProjectFound = false
  for (let above = resolve(folder); ; above = dirname(above)) {
    const isProject: boolean = !isProjectFound && (await isThere(join(above, 'package.json')))
    isProjectFound ||= isProject
    const code = await present(above, CONFIG_CODE)
    const usable = [...(await present(above, [CONFIG_JSON])), ...(isProject ? code : [])]
    if (!isProject) ignored.push(...code)
    if (usable.length > 1) throw severalConfigs(usable as [string, string])
    if (usable[0] !== undefined) {
      return { path: usable[0], isCode: !usable[0].endsWith(CONFIG_JSON), isOfProject: isProject, ignored }
    }
    if (above === dirname(above)) return { path: null, isCode: false, isOfProject: false, ignored }
  }
}

async function present(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const paths = names.map((name) => join(folder, name))
  const found = await Promise.all(paths.map(isThere))
  return paths.filter((_path, index) => found[index])
}

/** What cannot even be looked for, because a folder above is closed to this user, is not there for him. */
async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function severalConfigs([first, second]: readonly [string, string]): LadingError {
  return new LadingError('INVALID', {
    key: first,
    detail: `${second} lies beside it, and only one configuration can count`,
    next: 'remove one of the two',
  })
}
