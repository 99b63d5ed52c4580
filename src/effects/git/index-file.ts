/**
 * One entry of a git index: a file as it was when git read it.
 * Shape: sizes and inodes are kept in 32 bits, as git does; times are ns since the epoch.
 * Source: gitformat-index(5), version 2, which the shadow's configuration demands.
 */
export interface IndexEntry {
  readonly path: string
  /** 0o100644, 0o100755, 0o120000 for a link, 0o160000 for another repository. */
  readonly mode: number
  readonly oid: string
  readonly size: number
  readonly inode: number
  readonly modifiedNs: bigint
  readonly statusNs: bigint
}

const HEADER_BYTES = 12
const ENTRY_BYTES = 62
const OID_AT = 40

/** The entries in git's order; `null` where the bytes are no such index. */
export const readIndex = (bytes: Buffer): readonly IndexEntry[] | null => {
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, 4) !== "DIRC" || bytes.readUInt32BE(4) !== 2) return null
  const count = bytes.readUInt32BE(8)
  const entries: IndexEntry[] = []
  for (let at = HEADER_BYTES; entries.length < count;) {
    const end = at + ENTRY_BYTES > bytes.length ? -1 : bytes.indexOf(0, at + ENTRY_BYTES)
    if (end < 0) return null
    entries.push(entryAt(bytes, at, end))
    at += (end - at + 8) & ~7
  }
  return entries
}

const entryAt = (bytes: Buffer, at: number, end: number): IndexEntry => ({
  path: bytes.toString("utf8", at + ENTRY_BYTES, end),
  mode: bytes.readUInt32BE(at + 24),
  oid: bytes.toString("hex", at + OID_AT, at + OID_AT + 20),
  size: bytes.readUInt32BE(at + 36),
  inode: bytes.readUInt32BE(at + 20),
  modifiedNs: timeAt(bytes, at + 8),
  statusNs: timeAt(bytes, at)
})

const timeAt = (bytes: Buffer, at: number): bigint => BigInt(bytes.readUInt32BE(at)) * 1_000_000_000n + BigInt(bytes.readUInt32BE(at + 4))
