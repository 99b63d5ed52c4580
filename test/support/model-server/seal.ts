import { createHash } from "node:crypto"

/** Signatures that a test chose itself, by what they seal. */
const chosen = new Map<string, string>()

/** The signature of a piece of thinking; a server in another process computes the same. */
export const seal = (text: string, signature: string | undefined): string => {
  if (signature === undefined) return `sealed:${createHash("sha256").update(text).digest("base64")}`
  chosen.set(signature, text)
  return signature
}

/** Whether thinking came back exactly as it was sealed. */
export const sealed = (text: string, signature: string): boolean => chosen.get(signature) === text || seal(text, undefined) === signature

/** Whether a signature that stands alone, for hidden thinking, is one of ours. */
export const known = (signature: string): boolean => chosen.has(signature) || signature.startsWith("sealed:")
