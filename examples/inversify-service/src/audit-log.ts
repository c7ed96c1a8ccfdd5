import { appendFile } from 'node:fs/promises'
import { inject, injectable } from 'inversify'
import type { ServiceIdentifier } from 'inversify'

/** Path of the file that gets the lines. */
export const AUDIT_FILE: ServiceIdentifier<string> = Symbol.for('audit file')

/** Who released what. One line of JSON each, never changed. */
@injectable()
export class AuditLog {
  readonly #file: string

  constructor(@inject(AUDIT_FILE) file: string) {
    this.#file = file
  }

  async record(event: Readonly<Record<string, unknown>>): Promise<void> {
    await appendFile(this.#file, `${JSON.stringify(event)}\n`)
  }
}
