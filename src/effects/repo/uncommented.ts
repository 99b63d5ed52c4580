/** How comments of a language begin: `//` and `/*`, `#`, or `--`. */
export type CommentStyle = "slashes" | "hashes" | "dashes"

/** A piece of code without its comments; what stands in quotes stays as it is. A comment that is cut off goes to its end. */
export const withoutComments = (code: string, style: CommentStyle): string =>
  code.includes(BEGINS[style]) ? code.replace(PATTERNS[style], (_, quoted: string | undefined) => quoted ?? " ") : code

const BEGINS: Readonly<Record<CommentStyle, string>> = { slashes: "/", hashes: "#", dashes: "--" }

const PATTERNS: Readonly<Record<CommentStyle, RegExp>> = {
  slashes: /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*/g,
  hashes: /("(?:[^"\\]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<![\w$&])#(?![{[])[^\n]*/g,
  dashes: /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|--[^\n]*/g
}
