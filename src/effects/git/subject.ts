/** A file of a commit, as far as its subject is concerned. */
export interface SubjectChange {
  readonly path: string
  readonly kind: "added" | "edited" | "deleted"
}

/** Units: UTF-16 code units. */
export const SUBJECT_LENGTH_MAX = 72
const TEST = /(^|\/)(tests?|__tests__|spec)\/|\.(test|spec)\.[a-z]+$|_test\.[a-z]+$/
const DOCUMENT = /\.(md|mdx|rst|adoc|txt)$|(^|\/)docs?\//
const BUILD = /(^|\/)(package(-lock)?\.json|[^/]*\.lock|Cargo\.toml|go\.(mod|sum)|pyproject\.toml|Makefile|Dockerfile|\.github\/.*|\.gitlab-ci\.yml)$/

/**
 * A conventional subject made without a model, at most 72 characters.
 * `subjectFor([{ path: "src/a.ts", kind: "edited" }])  // => "fix: edit src/a.ts"`
 */
export const subjectFor = (changes: readonly SubjectChange[]): string => {
  const sorted = [...changes].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
  const [first] = sorted
  if (first === undefined) return "chore: nothing"
  const more = sorted.length > 1 ? ` and ${sorted.length - 1} more` : ""
  const head = `${typeOf(sorted)}: ${VERBS[first.kind]} `
  return head + shortened(first.path.replace(/[\p{Cc}\p{Cf}]/gu, "?"), SUBJECT_LENGTH_MAX - head.length - more.length) + more
}

const VERBS = { added: "add", edited: "edit", deleted: "delete" } as const

/** What says most about the whole stands first: sources before tests before documents, edits before the rest. */
const rank = ({ path, kind }: SubjectChange): number =>
  (TEST.test(path) ? 1 : DOCUMENT.test(path) ? 2 : BUILD.test(path) ? 3 : 0) * 3 + (kind === "edited" ? 0 : kind === "added" ? 1 : 2)

const typeOf = (changes: readonly SubjectChange[]): string => {
  if (changes.every(({ path }) => TEST.test(path))) return "test"
  if (changes.every(({ path }) => DOCUMENT.test(path))) return "docs"
  if (changes.every(({ path }) => BUILD.test(path))) return "build"
  if (changes.every(({ kind }) => kind === "deleted")) return "chore"
  return changes.some(({ path, kind }) => kind === "added" && rank({ path, kind }) < 3) ? "feat" : "fix"
}

/** The end of a path says more than its beginning. */
const shortened = (path: string, length: number): string => (path.length <= length ? path : `…${path.slice(path.length - length + 1)}`)
