// What the package exports, subpath by subpath, as API Extractor sees it. Used by api-report.ts and api-docs.ts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import type { ExtractorLogLevel, ExtractorMessage } from '@microsoft/api-extractor'
import { ROOT, run } from './run.ts'

/** A public entry of package.json. */
export interface Subpath {
  /** What is imported: `lading`, `lading/adapters/fs`. */
  readonly specifier: string
  /** In names of files: `lading`, `adapters-fs`. */
  readonly id: string
  /** Its declarations, relative to the folder that holds the emitted ones. */
  readonly declarations: string
}

/** A declaration, or a member of one, in the doc model of API Extractor: what we read of it. */
export interface ApiItem {
  readonly kind: string
  /** Absent for constructors, call signatures and the like. */
  readonly name?: string
  /** As in the source, with its stars. */
  readonly docComment?: string
  /** The declaration's text without its members. */
  readonly excerptTokens?: readonly {
    readonly kind: 'Content' | 'Reference'
    readonly text: string
    readonly canonicalReference?: string
  }[]
  /** Of a top-level declaration: where it is declared. */
  readonly fileUrlPath?: string
  readonly isReadonly?: boolean
  readonly isOptional?: boolean
  readonly members?: readonly ApiItem[]
}

/** What one subpath exports. */
export interface ApiEntry extends Subpath {
  /** The text above the imports of its index.ts, if it ends in `@packageDocumentation`. */
  readonly docComment: string
  readonly report: string
  readonly items: readonly ApiItem[]
  readonly messages: readonly ApiMessage[]
}

/** A complaint of API Extractor: one of its ids, and in words what and where. */
export interface ApiMessage {
  readonly id: string
  readonly text: string
  /** File and line of the declaration, relative to the declarations. */
  readonly place: string
}

/** The subpaths that package.json exports, but for itself: a new one cannot be forgotten. */
export function publicSubpaths(root: string = ROOT): Subpath[] {
  const { exports } = readJson(join(root, 'package.json')) as { exports: Record<string, string | { types: string }> }
  return Object.entries(exports).flatMap(([key, target]) => {
    if (typeof target === 'string') return []
    const specifier = key.replace('.', 'lading')
    const id = key === '.' ? 'lading' : key.slice(2).replaceAll('/', '-')
    return [{ specifier, id, declarations: target.types.replace('./dist/', '') }]
  })
}

/** Reads all subpaths from src as it is now, in about four seconds. Members that are `@internal` are left out. */
export function readApi(): ApiEntry[] {
  const folder = mkdtempSync(`${ROOT}dist.api-`)
  try {
    const only = ['--emitDeclarationOnly', '--stripInternal', '--noEmitOnError', 'false', '--outDir', folder]
    // Wrong types are for `npm run check -- types` to report; declarations are emitted all the same.
    const { output } = run('tsc', ['--project', 'tsconfig.json', ...only])
    try {
      return extractApi(folder, publicSubpaths())
    } catch (cause) {
      throw new Error(`the declarations cannot be read; of src the compiler says:\n${output}`, { cause })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Reads subpaths from emitted declarations. One compiler reads them all. */
export function extractApi(folder: string, subpaths: readonly Subpath[]): ApiEntry[] {
  const configs = subpaths.map((subpath) => configOf(folder, subpath))
  const rest = configs.slice(1).map(({ mainEntryPointFilePath }) => mainEntryPointFilePath)
  const compilerState = CompilerState.create(configs[0]!, { additionalEntryPoints: rest })
  return subpaths.map((subpath, index) => {
    const config = configs[index]!
    const messages: ApiMessage[] = []
    const messageCallback = (message: ExtractorMessage): void => {
      message.handled = true
      const { sourceFilePath = '', sourceFileLine, messageId, text } = message
      if (message.category !== 'console') {
        messages.push({ id: messageId, text, place: `${sourceFilePath.replace(`${folder}/`, '')}:${sourceFileLine}` })
      }
    }
    Extractor.invoke(config, { localBuild: true, messageCallback, compilerState })
    const model = readJson(config.apiJsonFilePath) as ApiItem
    return {
      ...subpath,
      docComment: model.docComment ?? '',
      report: readFileSync(config.reportFilePath, 'utf8'),
      items: model.members?.[0]?.members ?? [],
      messages,
    }
  })
}

const COMPILER = {
  target: 'ES2024',
  lib: ['ES2024', 'ESNext.Collection', 'ESNext.Disposable'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  typeRoots: [`${ROOT}node_modules/@types`],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
}

function configOf(folder: string, { id, declarations }: Subpath): ExtractorConfig {
  const entry = join(folder, declarations)
  const logged = { logLevel: 'warning' as ExtractorLogLevel }
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${ROOT}package.json`,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [entry] } },
      apiReport: {
        enabled: true,
        reportFileName: `${id}.api.md`,
        reportFolder: folder,
        reportTempFolder: `${folder}/temp`,
      },
      docModel: { enabled: true, apiJsonFilePath: `${folder}/${id}.api.json` },
      messages: { extractorMessageReporting: { default: logged }, tsdocMessageReporting: { default: logged } },
    },
  })
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}
