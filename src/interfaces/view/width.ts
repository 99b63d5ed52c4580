/** How many columns a terminal gives to a text: wide letters and emoji take two, marks on letters none. */
export const columnsOf = (text: string): number => {
  if (isNarrow(text)) return text.length
  let columns = 0
  for (const character of text) columns += columnsOfOne(character)
  return columns
}

/** The beginning of a text that fits, with `…` where something is left out: `cutTo("a long line", 6)  // => "a lon…"`. */
export const cutTo = (text: string, columnsMax: number): string => {
  if (text.length <= columnsMax && isNarrow(text)) return text
  if (columnsOf(text) <= columnsMax) return text
  let kept = ""
  let columns = 0
  for (const character of text) {
    const width = columnsOfOne(character)
    if (columns + width > columnsMax - 1) break
    kept += character
    columns += width
  }
  return columnsMax <= 0 ? "" : `${kept}…`
}

const isNarrow = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

const columnsOfOne = (character: string): number => {
  const code = character.codePointAt(0) as number
  if (code < 0x300) return 1
  if (NO_ROOM.test(character)) return 0
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1
}

const NO_ROOM = /[\p{Mn}\p{Me}\u200b-\u200d\u2060\ufe00-\ufe0f]/u

/** Blocks of letters and pictures that East Asian terminals draw two columns wide. Source: Unicode's EastAsianWidth, W and F, joined. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd]
]
