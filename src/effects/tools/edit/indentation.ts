/** Gives a line the indentation that fits the file; `null` where that cannot be told. */
export type Indentation = (line: string) => string | null

/**
 * How the indentation of given lines becomes that of the lines of a file, where one rule serves them all: so much more, so much
 * less, or another unit. `null` where there is no such rule.
 */
export const indentationBetween = (given: readonly string[], there: readonly string[]): Indentation | null => {
  const pairs = given.flatMap((line, index) => (line.trim() === "" ? [] : [[indentOf(line), indentOf(there[index] as string)] as const]))
  return shifted(pairs) ?? inOtherUnits(pairs)
}

type Pairs = readonly (readonly [given: string, there: string])[]

const indentOf = (line: string): string => line.slice(0, line.length - line.trimStart().length)
const withIndent = (line: string, indent: string): string => indent + line.trimStart()

/** The same blanks more, or less, before every line. */
const shifted = (pairs: Pairs): Indentation | null => {
  const [[given, there] = ["", ""]] = pairs
  if (there.endsWith(given)) {
    const more = there.slice(0, there.length - given.length)
    return pairs.every((pair) => more + pair[0] === pair[1]) ? (line) => more + line : null
  }
  if (!given.endsWith(there)) return null
  const less = given.slice(0, given.length - there.length)
  return pairs.every((pair) => pair[0] === less + pair[1]) ? (line) => (line.startsWith(less) ? line.slice(less.length) : null) : null
}

/** So many of one unit there for each of another here, perhaps from another depth on: tabs for blanks, four blanks for two. */
const inOtherUnits = (pairs: Pairs): Indentation | null => {
  const here = unitOf(pairs.map(([given]) => given))
  const file = unitOf(pairs.map(([, there]) => there))
  if (here === null || file === null) return null
  const depths = pairs.map(([given, there]) => [depthIn(given, here), depthIn(there, file)] as const)
  const [[first, second] = [null, null]] = depths
  if (first === null || second === null) return null
  const deeper = second - first
  if (!depths.every(([a, b]) => a !== null && b !== null && b - a === deeper)) return null
  return (line) => {
    const depth = depthIn(indentOf(line), here)
    return depth === null || depth + deeper < 0 ? null : withIndent(line, file.repeat(depth + deeper))
  }
}

/** The smallest step between indentations, as text; `null` where tabs and blanks are mixed. Without any indentation, a tab or two blanks would do: nothing is known. */
const unitOf = (indents: readonly string[]): string | null => {
  const some = indents.filter((indent) => indent !== "")
  if (some.length === 0) return null
  if (some.every((indent) => /^\t+$/.test(indent))) return "\t"
  if (!some.every((indent) => /^ +$/.test(indent))) return null
  const widths = [...new Set([0, ...indents.map((indent) => indent.length)])].sort((a, b) => a - b)
  return " ".repeat(widths.slice(1).reduce((least, width, index) => Math.min(least, width - (widths[index] as number)), Number.MAX_SAFE_INTEGER))
}

const depthIn = (indent: string, unit: string): number | null =>
  indent.length % unit.length === 0 && indent === unit.repeat(indent.length / unit.length) ? indent.length / unit.length : null
