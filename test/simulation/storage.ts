import type { BatchWrite, StoredObject } from '../../src/ports/object-store.ts'
import { hashOf } from './random.ts'

/** A change that a store carries out at one moment, if its precondition holds at that moment. */
export type Write =
  | { readonly kind: 'putIfAbsent'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly kind: 'put'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly kind: 'compareAndSwap'; readonly key: string; readonly bytes: Uint8Array; readonly ifMatch: string }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | {
      readonly kind: 'commit'
      readonly writes: readonly BatchWrite[]
      readonly parent: string
      readonly title: string
    }

/** A commit of a store with atomic batches, and everything as it was then. */
interface Commit {
  readonly id: string
  readonly title: string
  readonly objects: ReadonlyMap<string, StoredObject>
}

const MODULUS = 2 ** 51

/** What all processes share: the objects of one store. Every method is one moment. */
export class Storage {
  readonly objects: Map<string, StoredObject>
  readonly #commits: Commit[] | null
  /** Equal for equal content: the sum of the hashes of all objects. */
  #fingerprint = 0

  /** What of a document its etag is a hash of. */
  readonly #etagged: (text: string, key: string) => string

  private constructor(
    objects: Map<string, StoredObject>,
    commits: Commit[] | null,
    etagged: (text: string, key: string) => string,
  ) {
    this.objects = objects
    this.#commits = commits
    this.#etagged = etagged
  }

  /** An empty store; with `batch`, one that keeps its commits. */
  static empty({ batch, etagged }: { batch: boolean; etagged: (text: string, key: string) => string }): Storage {
    return new Storage(new Map(), batch ? [{ id: 'c0', title: 'first', objects: new Map() }] : null, etagged)
  }

  /** A store with the same content, apart from this one from now on. */
  clone(): Storage {
    const copy = new Storage(new Map(this.objects), this.#commits && [...this.#commits], this.#etagged)
    copy.#fingerprint = this.#fingerprint
    return copy
  }

  get fingerprint(): string {
    return `${this.#fingerprint}/${this.#commits?.length ?? 0}`
  }

  /** Whether the precondition of a write holds now. */
  holds(write: Write): boolean {
    switch (write.kind) {
      case 'putIfAbsent':
        return !this.objects.has(write.key)
      case 'compareAndSwap':
        return this.objects.get(write.key)?.etag === write.ifMatch
      case 'commit':
        return (
          write.parent === this.tip() &&
          write.writes.every(({ key, precondition }) => precondition === 'none' || !this.objects.has(key))
        )
      default:
        return true
    }
  }

  /** Carries out a write whose precondition holds. Answers the etag, or the commit. */
  land(write: Write): string {
    switch (write.kind) {
      case 'delete':
        for (const key of write.keys) this.#remove(key)
        return ''
      case 'commit':
        for (const { key, bytes } of write.writes) this.#set(key, bytes)
        return this.#commit(write.title)
      default: {
        const etag = this.#set(write.key, write.bytes)
        if (this.#commits) this.#commit(`upload ${write.key}`)
        return etag
      }
    }
  }

  /** The newest commit. */
  tip(): string {
    return this.#commits!.at(-1)!.id
  }

  /** Everything as it was at a commit. */
  at(commit: string): ReadonlyMap<string, StoredObject> {
    return this.#commits![Number(commit.slice(1))]!.objects
  }

  /** The commits after a commit, newest first. */
  since(commit: string): readonly { id: string; title: string }[] {
    const later = this.#commits!.slice(Number(commit.slice(1)) + 1)
    return later.map(({ id, title }) => ({ id, title })).reverse()
  }

  #commit(title: string): string {
    const commits = this.#commits!
    const id = `c${commits.length}`
    commits.push({ id, title, objects: new Map(this.objects) })
    return id
  }

  /** The etag is a hash of the content, as on S3: equal bytes have equal etags, also when others lay between them. */
  #set(key: string, bytes: Uint8Array): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const hash = hashOf(this.#etagged(text, key))
    this.#count(key, -1)
    this.objects.set(key, { bytes, etag: hash.toString(36) })
    this.#count(key, 1)
    return hash.toString(36)
  }

  #remove(key: string): void {
    this.#count(key, -1)
    this.objects.delete(key)
  }

  #count(key: string, sign: 1 | -1): void {
    const object = this.objects.get(key)
    if (!object) return
    const hash = hashOf(`${key} ${object.etag}`) % MODULUS
    this.#fingerprint = (this.#fingerprint + (sign === 1 ? hash : MODULUS - hash)) % MODULUS
  }
}
