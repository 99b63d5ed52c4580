import type { NodeKind } from "../node.ts"
import type { PastCommit } from "./history.ts"

/** What a commit tells of a decision. */
export interface Meaning {
  readonly kind: Extract<NodeKind, "action" | "decision" | "revisit">
  /** The commit it takes back, as far as its hash is told; `null` where it takes none back. */
  readonly reverts: string | null
}

/** A page about a decision in a folder of its own, as many projects keep them. */
export interface DecisionRecord {
  readonly file: string
  readonly title: string
}

/** Words with which people decide: one way taken, another left. */
const DECIDES =
  /\b(instead of|rather than|in favou?r of|switch(ed|es)? (to|from)|migrat(e|ed|es|ion)\b|replac(e|ed|es) .+ (with|by)\b|mov(e|ed|es) (away )?from|adopt(s|ed)?|deprecat(e|es|ed)|drop(s|ped)? support|decid(e|es|ed) (to|on|against)|no longer)\b/i

export const meaningOf = ({ subject, body }: Pick<PastCommit, "subject" | "body">): Meaning => {
  const reverts = revertedIn(subject, body)
  return {
    kind: reverts !== null ? "revisit" : DECIDES.test(subject) || /^[\w-]+(\([^)]*\))?!:/.test(subject) ? "decision" : "action",
    reverts
  }
}

/** `revertedIn('Revert "x"', "This reverts commit 0123abc.")  // => "0123abc"`. Source: git-revert(1) */
const revertedIn = (subject: string, body: string): string | null => {
  const named = /\bThis reverts commit ([0-9a-f]{7,64})/.exec(body)?.[1]
  return named ?? (/^Revert "/.test(subject) ? "" : null)
}

export const recordsIn = (files: readonly string[]): readonly DecisionRecord[] => files.flatMap((file) => recordIn(file) ?? [])

/** `recordIn("docs/adr/0007-use-postgres.md")?.title  // => "use postgres"`. Source: adr.github.io, names of files */
const recordIn = (file: string): DecisionRecord | null => {
  const slug = /(?:^|\/)(?:adrs?|decisions|rfcs?)\/(?:adr[-_])?\d{1,5}[-_](.+)\.(?:md|adoc|rst|txt)$/i.exec(file)?.[1]
  return slug === undefined ? null : { file, title: slug.replaceAll(/[-_]+/g, " ") }
}

/** `scopeOf("fix(parser): …")` and `scopeOf("parser: …")` are `parser`; `feat: …` has none. Source: conventionalcommits.org */
export const scopeOf = (subject: string): string | null => {
  const [, word, scope] = /^([\w./-]{1,40})(?:\(([^)]{1,40})\))?!?: /.exec(subject) ?? []
  if (scope !== undefined) return scope.trim()
  return word === undefined || TYPES.has(word.toLowerCase()) ? null : word
}

const TYPES: ReadonlySet<string> = new Set([
  "feat",
  "fix",
  "docs",
  "doc",
  "style",
  "refactor",
  "perf",
  "test",
  "tests",
  "build",
  "ci",
  "chore",
  "revert",
  "wip",
  "merge",
  "release"
])
