/** The operations of git that can be asked for; none of them throws anything away. */
export const GIT_OPERATIONS = ["status", "diff", "log", "show", "add", "commit", "branch", "stash"] as const
export type GitOperation = (typeof GIT_OPERATIONS)[number]

/** What an operation would do with its arguments. */
export type GitVerdict = "reads" | "changes" | { readonly refused: string }

/**
 * Whether git only reads with these arguments. Only options that are known to be harmless pass: those that run other
 * programs, write elsewhere, throw something away or open an editor are not among them, neither whole nor shortened.
 * A word that begins with `-` counts as an option wherever it stands.
 */
export const judgeGit = (operation: GitOperation, args: readonly string[]): GitVerdict => {
  switch (operation) {
    case "status":
      return allOf(args, STATUS) ?? "reads"
    case "diff":
      return allOf(args, DIFF) ?? "reads"
    case "log":
      return allOf(args, DIFF, LOG) ?? "reads"
    case "show":
      return allOf(args, DIFF, LOG) ?? "reads"
    case "add":
      return allOf(args, ADD) ?? "changes"
    case "commit":
      return (
        allOf(withoutValues(args, COMMIT_VALUES), COMMIT)
        ?? (hasMessage(args) ? "changes" : { refused: "a commit needs a message: -m and its text" })
      )
    case "branch":
      return lists(args) ? (allOf(args, BRANCH_LIST) ?? "reads") : (allOf(args, BRANCH_NEW) ?? "changes")
    case "stash":
      return judgeStash(args)
  }
}

/** Whether a git command as typed in a shell is known to only read. */
export const gitOnlyReads = (args: readonly string[]): boolean => {
  const [operation = "", ...rest] = args[0] === "--no-pager" ? args.slice(1) : args
  if (operation === "rev-parse" || operation === "ls-files") return rest.every((word) => !word.startsWith("-") || /^--?[a-z][a-z-]*$/.test(word))
  return isOperation(operation) && judgeGit(operation, rest) === "reads"
}

const isOperation = (word: string): word is GitOperation => (GIT_OPERATIONS as readonly string[]).includes(word)

/** `null` where every option is allowed. */
const allOf = (args: readonly string[], ...allowed: readonly RegExp[]): { readonly refused: string } | null => {
  const stranger = args.find((word) => word.startsWith("-") && word !== "--" && !allowed.some((options) => options.test(word)))
  return stranger === undefined ? null : { refused: `the option ${stranger} is not among those that are safe here` }
}

const judgeStash = (args: readonly string[]): GitVerdict => {
  const [first, ...rest] = args
  switch (first) {
    case "list":
      return allOf(rest, DIFF, LOG) ?? "reads"
    case "show":
      return allOf(rest, DIFF, /^(-u|--include-untracked|--only-untracked)$/) ?? "reads"
    case "apply":
    case "pop":
      return allOf(rest, /^(-q|--quiet|--index)$/) ?? "changes"
    case "push":
      return allOf(withoutValues(rest, STASH_VALUES), STASH_PUSH) ?? "changes"
  }
  if (first !== undefined && !first.startsWith("-")) return { refused: `stash ${first} is not possible here; list, show, push, apply and pop are` }
  return allOf(withoutValues(args, STASH_VALUES), STASH_PUSH) ?? "changes"
}

/** Leaves out what stands behind an option that takes the next word as its value, whatever that begins with. */
const withoutValues = (args: readonly string[], takesValue: RegExp): readonly string[] =>
  args.filter((_, index) => index === 0 || !isValue(args, index, takesValue))

const isValue = (args: readonly string[], index: number, takesValue: RegExp): boolean =>
  index > 0 && takesValue.test(args[index - 1] as string) && !isValue(args, index - 1, takesValue)

const hasMessage = (args: readonly string[]): boolean =>
  args.some((word, index) => {
    const attached = /^(?:-[aqsv]*m|--message=)(.+)$/s.exec(word)?.[1]
    const message = attached ?? (/^(-[aqsv]*m|--message)$/.test(word) ? args[index + 1] : undefined)
    return message !== undefined && message.trim() !== "" && !isValue(args, index, COMMIT_VALUES)
  })

const lists = (args: readonly string[]): boolean =>
  args.every((word) => word.startsWith("-")) || args.some((word) => /^--(list|contains|no-contains|merged|no-merged|points-at)(=|$)/.test(word))

const STATUS = options(
  "-s -b -sb -v -u -uno -unormal -uall --short --branch --long --verbose --show-stash --ahead-behind --no-ahead-behind --renames --no-renames",
  ["porcelain(=v[12])?", "untracked-files(=\\w+)?", "ignored(=\\w+)?", "ignore-submodules(=\\w+)?"]
)

const DIFF = options(
  "-p -u -s -b -w -R -a -W --cached --staged --merge-base --patch --no-patch --numstat --shortstat --summary --compact-summary --name-only " +
    "--name-status --raw --patch-with-stat --color-words --no-color --color=never --minimal --patience --histogram --ignore-all-space " +
    "--ignore-space-change --ignore-space-at-eol --ignore-blank-lines --ignore-cr-at-eol --function-context --no-renames --pickaxe-all --pickaxe-regex " +
    "--relative --no-relative --text --binary --full-index --check --exit-code --quiet --no-prefix --no-ext-diff --no-textconv",
  [
    "stat(=[\\d,]+)?",
    "unified=\\d+",
    "word-diff(=\\w+)?",
    "diff-algorithm=\\w+",
    "inter-hunk-context=\\d+",
    "find-renames(=\\d+%?)?",
    "find-copies(=\\d+%?)?",
    "diff-filter=\\w+",
    "abbrev(=\\d+)?",
    "ignore-submodules(=\\w+)?"
  ],
  "U\\d+|[MCB]\\d*%?|[SG].*"
)

/** `%G` in a format runs the program that checks signatures. */
const LOG = options(
  "-i -E -F -P -c -m -g --cc --oneline --graph --no-decorate --all --remotes --all-match --invert-grep --follow --merges --no-merges --first-parent --reverse " +
    "--abbrev-commit --no-abbrev-commit --left-right --cherry-pick --cherry-mark --topo-order --date-order --author-date-order --full-history " +
    "--simplify-by-decoration --no-walk --source --boundary --ancestry-path --walk-reflogs --no-notes --pretty --date --author --committer --grep --since " +
    "--after --until --before --max-count --skip --no-show-signature",
  [
    "(max-count|skip)=\\d+",
    "decorate(=\\w+)?",
    "(branches|tags)(=.*)?",
    "(author|committer|grep|since|after|until|before|date)=.*",
    "(format|pretty)=(?!.*%[-+ ]?G).*",
    "diff-merges=\\w+"
  ],
  "n\\d*|\\d+|L.*"
)

const ADD = options(
  "-A -u -n -N -v --all --no-all --update --dry-run --intent-to-add --verbose --ignore-errors --renormalize --refresh --chmod=+x --chmod=-x",
  []
)

const COMMIT = options(
  "-o -i --all --signoff --no-signoff --quiet --verbose --only --include --dry-run --allow-empty --no-gpg-sign --no-status --message --author --date --trailer",
  ["(message|author|date|trailer)=.*", "cleanup=\\w+"],
  "[aqsv]+|[aqsv]*m.*"
)
const COMMIT_VALUES = /^(-[aqsv]*m|--(message|author|date|trailer))$/

const BRANCH_LIST = options(
  "-a -r -v -vv -i --all --remotes --verbose --list --show-current --no-color --no-column --contains --no-contains --merged --no-merged --points-at",
  ["(contains|no-contains|merged|no-merged|points-at|sort)=.*", "format=(?!.*%\\(signature).*"]
)
const BRANCH_NEW = options("-q --quiet --no-track", [])

const STASH_PUSH = options("-u -k -q -S -m --include-untracked --keep-index --no-keep-index --quiet --staged --message", ["message=.*"])
const STASH_VALUES = /^(-m|--message)$/

/** These words; long options of these forms; short options of that form. */
function options(exact: string, long: readonly string[], short = "\0"): RegExp {
  const words = exact.split(" ").map((word) => word.replaceAll("+", "\\+"))
  return new RegExp(`^(?:${[...words, ...long.map((form) => `--${form}`), `-(?:${short})`].join("|")})$`, "s")
}
