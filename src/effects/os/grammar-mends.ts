import type { Language } from "./grammar.ts"

/** One byte of a grammar's code that is put right as it is loaded, and the code around it, which stands there once. */
interface Mend {
  readonly around: string
  /** Place in that code. Units: bytes. */
  readonly at: number
  readonly was: number
  readonly is: number
}

const MENDS: Readonly<Partial<Record<Language, Mend>>> = {
  // The state between tokens is made by `calloc(0, 4)`: nobody clears it, so what an earlier text left there made another tree of the next.
  swift: { around: "00410041041080808080000b", at: 2, was: 0, is: 1 }
}

/** A grammar as it is to be loaded. One that has another code, as a newer one may, stays as it is. */
export const mended = (language: Language, bytes: Buffer): Buffer => {
  const mend = MENDS[language]
  if (mend === undefined) return bytes
  const code = Buffer.from(mend.around, "hex")
  const start = bytes.indexOf(code)
  if (start === -1 || bytes.indexOf(code, start + 1) !== -1 || bytes[start + mend.at] !== mend.was) return bytes
  bytes[start + mend.at] = mend.is
  return bytes
}
