import { createCipheriv } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const WEIGHTS_BYTES = 6_000_000

/** Makes a small folder as a training run leaves it; the same bytes each time. Answers its files, by path. */
export async function makeCheckpoint(folder: string): Promise<readonly { path: string; sizeBytes: number }[]> {
  const files: readonly (readonly [path: string, content: Uint8Array])[] = [
    ['README.md', text('# ResNet\n\nTrained on ten thousand labelled ships.\n')],
    ['config.json', text('{ "layers": 50 }')],
    ['model.safetensors', noise(WEIGHTS_BYTES)],
    ['tokenizer/merges.txt', text('#version: 0.2\ns h\nsh ip\n')],
    ['tokenizer/vocab.txt', text(Array.from({ length: 2000 }, (_, index) => `token-${index}\n`).join(''))],
  ]
  for (const [path, content] of files) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return files.map(([path, content]) => ({ path, sizeBytes: content.length }))
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

/** Incompressible bytes as weights are, from a fixed seed. */
function noise(sizeBytes: number): Uint8Array {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
}
