/** How many bytes a string takes as UTF-8; a lone surrogate counts as the three of its replacement. */
export const utf8Bytes = (text: string): number => {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    bytes += isPair(text, index, unit) ? (index++, 2) : unit < 0x800 ? 1 : 2
  }
  return bytes
}

const isPair = (text: string, index: number, unit: number): boolean =>
  unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
