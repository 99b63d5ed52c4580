import * as Effect from "effect/Effect"
import { problemOf, refuse, type Problem } from "../../os/problem.ts"

/** More alternatives than this are no pattern a person would write. */
const ALTERNATIVES_MAX = 200

/**
 * Whether a path fits a glob, read as ripgrep and .gitignore read it: without `/` it means the name in any directory,
 * `*` stops at `/`, `**` does not, `{a,b}` is either, a leading `!` turns it round.
 */
export const globFilter = (glob: string): Effect.Effect<(path: string) => boolean, Problem> =>
  Effect.tryPromise({ try: () => filterOf(glob), catch: (thrown) => problemOf(`read the glob ${glob}`, thrown) })

const filterOf = async (glob: string): Promise<(path: string) => boolean> => {
  const { default: ignore } = await import("ignore")
  const turned = glob.startsWith("!")
  const patterns = alternatives(turned ? glob.slice(1) : glob).map((pattern) => (pattern.startsWith("#") ? `\\${pattern}` : pattern))
  const rules = ignore({ allowRelativePaths: true, ignorecase: false }).add(patterns)
  return (path) => rules.ignores(path) !== turned
}

/** `alternatives("*.{ts,js}")  // => ["*.ts", "*.js"]`. Errors: throws a `Problem` where there are too many. */
export const alternatives = (glob: string): readonly string[] => {
  const open = glob.indexOf("{")
  const close = open < 0 ? -1 : closing(glob, open)
  if (close < 0) return [glob]
  const heads = splitOutside(glob.slice(open + 1, close)).map((choice) => `${glob.slice(0, open)}${choice}${glob.slice(close + 1)}`)
  const all: string[] = []
  for (const head of heads) {
    all.push(...alternatives(head))
    if (all.length > ALTERNATIVES_MAX) refuse(`the pattern ${glob} has too many alternatives`)
  }
  return all
}

const closing = (glob: string, open: number): number => {
  let depth = 0
  for (let index = open; index < glob.length; index++) {
    if (glob.charAt(index) === "{") depth++
    else if (glob.charAt(index) === "}" && --depth === 0) return index
  }
  return -1
}

const splitOutside = (choices: string): readonly string[] => {
  const parts: string[] = [""]
  let depth = 0
  for (const character of choices) {
    if (character === "{") depth++
    else if (character === "}") depth--
    if (character === "," && depth === 0) parts.push("")
    else parts[parts.length - 1] += character
  }
  return parts
}
