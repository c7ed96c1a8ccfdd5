import { encodeDocument } from '../domain/canonical-json.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ProtocolContext } from './context.ts'
import { metadataKey } from './keys.ts'
import { replaceRegister } from './layouts.ts'
import { metadataEditSchema, parseDocument } from './schemas.ts'

/** Metadata that replaced what versions were logged with. */
export function createMetadataEdits(context: ProtocolContext): Pick<MetadataStore, 'metadataEdit' | 'editMetadata'> {
  return {
    async metadataEdit(version, options) {
      const found = await context.registers.read(metadataKey(version), options)
      return found && parseDocument(metadataEditSchema, found.bytes, metadataKey(version))
    },
    async editMetadata(version, edit, options) {
      await replaceRegister(context, { key: metadataKey(version), bytes: encodeDocument(edit) }, options)
    },
  }
}
