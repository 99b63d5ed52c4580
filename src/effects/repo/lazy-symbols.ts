import { unpack, type Packed, type Unpacked } from "./packed.ts"
import type { FileSymbols, Import, Language } from "./symbols.ts"

/** What is known of a file that was read; it is unpacked when somebody first looks, for at a start most files are only there. */
export const symbolsOf = (
  { path, bytes, hash, packed }: { readonly path: string; readonly bytes: number; readonly hash: string; readonly packed: Packed },
  language: Language
): FileSymbols => {
  const unpacked = once(packed)
  return {
    path,
    hash,
    bytes,
    language,
    get definitions() {
      return unpacked().definitions
    },
    get references() {
      return unpacked().references
    },
    get imports() {
      return unpacked().imports
    },
    fault: null
  }
}

/** The packed form is given up when it was unpacked. What cannot be unpacked holds nothing: the cache was meddled with. */
const once = (text: Packed): (() => Unpacked) => {
  let packed: Packed | null = text
  let unpacked: Unpacked = { definitions: [], references: [], imports: [] }
  return () => {
    if (packed === null) return unpacked
    try {
      unpacked = unpack(packed)
    } catch {
      // As said: it holds nothing.
    }
    packed = null
    return unpacked
  }
}

/** The same file with other imports, which are made when somebody first looks. */
export const withImports = (file: FileSymbols, make: () => readonly Import[]): FileSymbols => {
  let imports: readonly Import[] | null = null
  const { path, hash, bytes, language, fault } = file
  return {
    path,
    hash,
    bytes,
    language,
    get definitions() {
      return file.definitions
    },
    get references() {
      return file.references
    },
    get imports() {
      return (imports ??= make())
    },
    fault
  }
}
