import type { Digest } from '../../domain/digest.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { IngestedBlob, Upload } from '../../ports/transport.ts'

/** Blobs that are asked for together. */
const ASK_COUNT = 4_096

/** Asks a service which blobs it does not have, a good many at a time, while more are being found. */
export class MissingBlobs {
  readonly #uploading: Promise<Upload>
  readonly #options: CallOptions
  readonly #missing = new Set<Digest>()
  readonly #asked: Promise<void>[] = []
  #waiting: IngestedBlob[] = []

  constructor(uploading: Promise<Upload>, options: CallOptions) {
    uploading.catch(() => undefined)
    this.#uploading = uploading
    this.#options = options
  }

  /** Asks, or notes what to ask. */
  add(blob: IngestedBlob): void {
    this.#waiting.push(blob)
    if (this.#waiting.length >= ASK_COUNT) this.#ask()
  }

  /** Those of all blobs that are missing. Rejects as `Upload.missing`, when all questions are settled. */
  async digests(): Promise<ReadonlySet<Digest>> {
    if (this.#waiting.length > 0) this.#ask()
    await this.settled()
    await Promise.all(this.#asked)
    return this.#missing
  }

  /** Waits until nothing is under way; what has failed, `digests` tells. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#asked)
  }

  /** Nobody waits for an answer while files are still looked for: until `digests` its failure is nobody's. */
  #ask(): void {
    const answered = this.#answer(this.#waiting)
    this.#waiting = []
    answered.catch(() => undefined)
    this.#asked.push(answered)
  }

  async #answer(blobs: readonly IngestedBlob[]): Promise<void> {
    const upload = await this.#uploading
    for (const { digest } of await upload.missing(blobs, this.#options)) this.#missing.add(digest)
  }
}
