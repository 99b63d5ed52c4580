/** Providers take no more, encoded for their wire. Units: bytes. */
export const IMAGE_BYTES_MAX = 3_750_000

/** The media type of an image that models take, told by its first bytes; `null` for anything else. */
export const imageType = (bytes: Buffer): string | null => {
  if (beginsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png"
  if (beginsWith(bytes, 0, [0xff, 0xd8, 0xff])) return "image/jpeg"
  if (beginsWith(bytes, 0, [0x47, 0x49, 0x46, 0x38])) return "image/gif"
  if (beginsWith(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && beginsWith(bytes, 8, [0x57, 0x45, 0x42, 0x50])) return "image/webp"
  return null
}

const beginsWith = (bytes: Buffer, at: number, magic: readonly number[]): boolean => magic.every((byte, index) => bytes[at + index] === byte)
