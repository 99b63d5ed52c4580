/*
 * What a model, a file or a command says may hold characters that move the cursor, recolour, reorder or hide text.
 * On a person's terminal they are written out, so that no text can repaint a question or pass for another one.
 */

/** C0 but tab and line feed, C1, line separators, and what turns the direction of writing. */
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
/** Beside these, all that takes no room and so cannot be seen: soft hyphens, joiners, fillers, tags. */
const UNSEEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu

/** Text for reading: `harmless("a\u001b[2Jb")  // => "a\\x1b[2Jb"`. Lines, tabs and emoji stay; carriage returns go. */
export const harmless = (text: string): string => text.replaceAll("\r", "").replaceAll(HARMFUL, writtenOut)

/** Text that a person decides on: everything but letters, blanks and line feeds is written out. */
export const exact = (text: string): string => text.replaceAll(UNSEEN, writtenOut)

/** `exact`, on one line: `oneLine("a\nb")  // => "a\\nb"`. */
export const oneLine = (text: string): string => exact(text).replaceAll("\n", "\\n")

const NAMES: Readonly<Record<string, string>> = { "\t": "\\t", "\r": "\\r", "\n": "\\n" }

const writtenOut = (character: string): string => {
  const code = character.codePointAt(0) as number
  return NAMES[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`)
}
