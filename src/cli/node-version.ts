import { LadingError } from '../domain/errors.ts'

/** The oldest Node that the command line runs on, as package.json says it. */
const OLDEST = [22, 13] as const

/** Rejects with `UNSUPPORTED` a Node that lacks what the command line needs: else it would fail in the middle. */
export function assertNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new LadingError('UNSUPPORTED', {
    detail: `this is Node ${version}, lading needs ${OLDEST.join('.')} or newer`,
    next: 'install a newer Node',
  })
}
