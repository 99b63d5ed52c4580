import type { Rule } from "../session.ts"
import { parseRule, restricts, speaksOf } from "./permission-rule.ts"

/**
 * A tool that looks through a whole tree is decided on by the folder it names; what it finds in files that a rule keeps from being
 * read is left out. A rule that asks keeps them, too: the file itself can be asked for.
 */
export interface Kept {
  /** The rules as a person wrote them; none where nothing is kept. */
  readonly rules: readonly string[]
  readonly patterns: readonly string[]
  /** Whether a path, as vetting would name it, is kept. */
  readonly hides: (path: string) => boolean
}

/** What is kept from this tool. */
export const keptFrom = (tool: string, rules: readonly Rule[]): Kept => {
  const keeping = rules.flatMap(({ decision, rule }) => {
    const meant = parseRule(rule)
    return decision === "allow" || meant === null || meant.pattern === null || !speaksOf(meant, tool, reading(""))
      ? []
      : [{ rule, meant, pattern: meant.pattern }]
  })
  return {
    rules: [...new Set(keeping.map(({ rule }) => rule))],
    patterns: [...new Set(keeping.map(({ pattern }) => pattern))],
    hides: (path) => keeping.some(({ meant }) => restricts(meant, tool, reading(path)))
  }
}

const reading = (path: string) => ({ kind: "path", path: { path, access: "read", inside: true } }) as const
