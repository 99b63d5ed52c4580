import type { Definition } from "./symbols.ts"
import type { CommentStyle } from "./uncommented.ts"

/**
 * How a language is read: patterns that find what matters in a tree, and the few questions that patterns cannot answer.
 *
 * The captures of the patterns:
 * `@class`, `@function` … (every kind of a definition) the whole definition, with `@name`, and `@body` where its signature ends there;
 * `@owner` the names of what it belongs to where it does not lie in it, `@tail` what it ends with where that is not in it;
 * `@scope` something with a `@name` that gives its name to what lies in it and is no definition itself;
 * `@inside` something in which variables are nobody else's;
 * `@exported` something whose definitions are given out, `@exports` a name that is given out;
 * `@reference` a name that is used, unless the file binds it for itself with `@binding`; `@member` one that is used as part of something else;
 * `@skip` a name that is neither; `@import` all of a statement that takes something from another file.
 */
export interface Tongue {
  readonly patterns: string
  /** Left out: as in most. */
  readonly comments?: CommentStyle
  /** What a statement that was captured with `@import` takes from elsewhere. */
  readonly importsIn: (statement: string) => readonly Imported[]
  /** Whether other files may use a definition, as far as the definition itself says it; `null`: nobody can tell. */
  readonly isExported: (definition: Definition) => boolean | null
}

/** What one statement takes from another file, by the names it has there; where it goes by another name here, that name is the key. */
export interface Imported {
  readonly specifier: string
  readonly names: readonly string[]
  readonly aliases?: Readonly<Record<string, string>>
}

/** The text between the quotes, whichever they are. */
export const quoted = (text: string): string | null => /(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1/.exec(text)?.[2] ?? null

/** Names in a list, `a, b as c`: those that are there, and what they are called here. */
export const namesIn = (list: string, as: RegExp = /\s+as\s+/): Pick<Imported, "names" | "aliases"> => {
  const pairs = list
    .split(",")
    .map((each) => each.trim().replace(/^type\s+/, "").split(as).map((name) => name.trim()))
    .filter(([name]) => name !== undefined && name !== "" && name !== "*")
  const aliases = Object.fromEntries(
    pairs.flatMap(([name, alias]) => (alias !== undefined && alias !== "" && alias !== name ? [[alias, name as string]] : []))
  )
  const names = pairs.map(([name]) => name as string)
  return Object.keys(aliases).length === 0 ? { names } : { names, aliases }
}
