import { hash } from "node:crypto"
import { parsedObject } from "./header.ts"

/** Bytes that a session refers to, on a line of their own between its last event and the closing seal. */
export interface BlobLine {
  /** SHA-256 of the bytes, hex. */
  readonly hash: string
  readonly bytes: Uint8Array
}

export const encodeBlobLine = ({ hash, bytes }: BlobLine): string => `{"blob":"${hash}","bytes":"${Buffer.from(bytes).toString("base64")}"}`

/** The blob of a line; `null` where it is none, or its bytes have another name. */
export const decodeBlobLine = (line: string): BlobLine | null => blobOf(parsedObject(line))

export const blobOf = (parsed: object | null): BlobLine | null => {
  const { blob, bytes } = (parsed ?? {}) as { readonly blob?: unknown; readonly bytes?: unknown }
  if (typeof blob !== "string" || typeof bytes !== "string") return null
  const decoded = Buffer.from(bytes, "base64")
  return hash("sha256", decoded) === blob ? { hash: blob, bytes: decoded } : null
}

const REFERENCE = /"blob":"([0-9a-f]{64})"/g

/** The names of the blobs that a line of an event refers to. Text that only looks so has its quotes escaped. */
export const blobsNamedIn = (line: string): readonly string[] =>
  line.includes('"blob":"') ? [...line.matchAll(REFERENCE)].map(([, name]) => name!) : []
