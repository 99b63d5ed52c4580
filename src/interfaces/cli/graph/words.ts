import type { Invocation } from "../invocation.ts"
import { usageError, type UsageError } from "../invocation.ts"

/** What can be asked of a graph. */
interface SubcommandEntry {
  /** What follows its name. */
  readonly usage: string
  readonly help: string
  /** How many words may follow. */
  readonly words: readonly [number, number]
}

const ANY = Number.MAX_SAFE_INTEGER

export const SUBCOMMANDS = {
  tree: { usage: "[ID]", help: "what led to what; all of it where nothing is said, --all with what recorded itself", words: [0, 1] },
  show: { usage: "ID", help: "one node, its neighbours, and how to go to its moment", words: [1, 1] },
  search: { usage: "WORDS", help: "nodes that have all words", words: [1, ANY] },
  goals: { usage: "", help: "the goals that are active", words: [0, 0] },
  recent: { usage: "", help: "what was said last", words: [0, 0] },
  pulse: { usage: "", help: "what is missing, loose, stale or unsure", words: [0, 0] },
  path: { usage: "A B", help: "how one node hangs together with another", words: [2, 2] },
  narrative: { usage: "ID", help: "a goal's story, as Markdown", words: [1, 1] },
  writeup: { usage: "[ID…]", help: "the text of a pull request, as Markdown; of all goals where nothing is said", words: [0, ANY] },
  add: { usage: "KIND TITLE", help: "a new node; --from ID --type TYPE --reason TEXT, --description, --confidence", words: [2, ANY] },
  set: { usage: "ID FIELD=VALUE…", help: "change its title, description, confidence, status, author, commit or branch", words: [2, ANY] },
  link: { usage: "A B", help: "an edge from A to B; --type TYPE, --reason TEXT", words: [2, 2] },
  unlink: { usage: "A B", help: "take the edge of --type away", words: [2, 2] },
  pivot: { usage: "ID SEEN DECISION", help: "give a decision up for another because of what was seen", words: [3, 3] },
  supersede: { usage: "OLD NEW", help: "one node takes the place of another; --reason TEXT", words: [2, 2] },
  abandon: { usage: "ID", help: "a way that is given up for nothing", words: [1, 1] },
  merge: { usage: "KEPT GONE", help: "two nodes that are one", words: [2, 2] },
  remove: { usage: "ID", help: "take a node and its edges away", words: [1, 1] },
  archaeology: { usage: "", help: "the graph that git history suggests; --since DATE, --apply takes it in", words: [0, 0] },
  export: { usage: "", help: "all of it as JSON; --to FILE", words: [0, 0] },
  import: { usage: "[FILE]", help: "join what a file knows; .loom/graph.json where nothing is said", words: [0, 1] },
  share: { usage: "", help: "join with .loom/graph.json, the file for the team, and say how git merges it", words: [0, 0] },
  "merge-driver": { usage: "BASE OURS THEIRS", help: "for git: merge two graph files into the second", words: [3, 3] }
} as const satisfies Readonly<Record<string, SubcommandEntry>>

export type Subcommand = keyof typeof SUBCOMMANDS

export interface GraphWish {
  readonly name: Subcommand
  readonly words: readonly string[]
}

/** What the words behind `loom graph` mean; none is the tree. */
export const graphWish = ({ words: [first = "tree", ...rest] }: Pick<Invocation, "words">): GraphWish | UsageError => {
  if (!isSubcommand(first))
    return usageError(
      `loom graph ${first}: that is not known; there are ${Object.keys(SUBCOMMANDS).join(", ")}; a node is shown with \`loom graph show ${first}\``
    )
  const {
    usage,
    words: [fewest, most]
  } = SUBCOMMANDS[first] as SubcommandEntry
  if (rest.length < fewest || rest.length > most)
    return usageError(`it is written \`loom graph ${first}${usage === "" ? "" : ` ${usage}`}\`: ${SUBCOMMANDS[first].help}`)
  return { name: first, words: rest }
}

const isSubcommand = (word: string): word is Subcommand => Object.hasOwn(SUBCOMMANDS, word)

/** How a graph is told. */
export const FORMATS = ["text", "json", "dot", "svg"] as const
export type GraphFormat = (typeof FORMATS)[number]

/** Pictures are of nodes and edges, and JSON of whatever was found. */
const FORMATS_OF: Partial<Readonly<Record<Subcommand, readonly GraphFormat[]>>> = {
  tree: FORMATS,
  show: FORMATS,
  path: FORMATS,
  archaeology: FORMATS,
  search: ["text", "json"],
  goals: ["text", "json"],
  recent: ["text", "json"],
  pulse: ["text", "json"],
  add: ["text", "json"],
  export: ["json"]
}

export const formatOf = ({ flags }: Pick<Invocation, "flags">, name: Subcommand): GraphFormat | UsageError => {
  const asked = flags.format ?? (flags.json === true ? "json" : undefined)
  const known = FORMATS_OF[name] ?? ["text"]
  if (asked === undefined) return known[0] as GraphFormat
  const format = known.find((each) => each === asked)
  return format ?? usageError(`loom graph ${name}: the format ${String(asked)} is not there; take ${known.join(", ")}`)
}
