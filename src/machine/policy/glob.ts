/** How a pattern reads its text: in a path `*` and `?` stop at `/` and `**` does not, in a command nothing does. */
export type GlobKind = "path" | "text"

/**
 * Whether the whole text matches: `*` any run, `?` one character, `\` takes the next character as it is.
 * Takes time in proportion to pattern × text, whatever the pattern.
 *
 * `matchesGlob("src/**", "src/a/b.ts", "path")  // => true`
 */
export const matchesGlob = (pattern: string, text: string, kind: GlobKind): boolean => {
  const tokens = tokenize(pattern, kind)
  let reachable = new Uint8Array(text.length + 1)
  reachable[0] = 1
  for (const token of tokens) reachable = advance(token, reachable, text)
  return reachable[text.length] === 1
}

/** Whether some text that begins with this one could match. */
export const mayBegin = (pattern: string, beginning: string, kind: GlobKind): boolean => {
  let reachable = new Uint8Array(beginning.length + 1)
  reachable[0] = 1
  return tokenize(pattern, kind).some((token) => {
    reachable = advance(token, reachable, beginning)
    return reachable[beginning.length] === 1
  }) || beginning === ""
}

/** Whether a text that matches goes on matching whatever is put behind it. */
export const endsInRun = (pattern: string): boolean => tokenize(pattern, "text").at(-1)?.type === "any-run"

/** The text as a pattern that matches nothing else. */
export const escapeGlob = (text: string): string => text.replaceAll(/[\\*?]/g, (character) => `\\${character}`)

type Token = { readonly type: "literal"; readonly character: string } | { readonly type: "one" | "any-one" | "run" | "any-run" | "folders" }

const tokenize = (pattern: string, kind: GlobKind): readonly Token[] => {
  const tokens: Token[] = []
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index)
    if (character === "\\" && index + 1 < pattern.length) tokens.push({ type: "literal", character: pattern.charAt(++index) })
    else if (character === "?") tokens.push({ type: kind === "text" ? "any-one" : "one" })
    else if (character !== "*") tokens.push({ type: "literal", character })
    else if (kind === "text") tokens.push({ type: "any-run" })
    else if (pattern.charAt(index + 1) !== "*") tokens.push({ type: "run" })
    else if (pattern.charAt(index + 2) === "/" && (index === 0 || pattern.charAt(index - 1) === "/")) {
      tokens.push({ type: "folders" })
      index += 2
    } else {
      tokens.push({ type: "any-run" })
      index++
    }
  }
  return tokens
}

/** The ends that can be reached after one more token, from the ends reached before it. */
const advance = (token: Token, before: Uint8Array<ArrayBuffer>, text: string): Uint8Array<ArrayBuffer> => {
  const after = new Uint8Array(text.length + 1)
  switch (token.type) {
    case "literal":
      for (let end = 0; end < text.length; end++) if (before[end] === 1 && text.charAt(end) === token.character) after[end + 1] = 1
      return after
    case "one":
    case "any-one":
      for (let end = 0; end < text.length; end++) if (before[end] === 1 && (token.type === "any-one" || text.charAt(end) !== "/")) after[end + 1] = 1
      return after
    case "run":
    case "any-run":
      for (let end = 0; end <= text.length; end++) {
        const carried = end > 0 && after[end - 1] === 1 && (token.type === "any-run" || text.charAt(end - 1) !== "/")
        if (before[end] === 1 || carried) after[end] = 1
      }
      return after
    case "folders": {
      let open = false
      for (let end = 0; end <= text.length; end++) {
        if (before[end] === 1) after[end] = 1
        if (open && text.charAt(end - 1) === "/") after[end] = 1
        open ||= before[end] === 1
      }
      return after
    }
  }
}
