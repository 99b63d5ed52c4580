import { MODES, nearest } from "../../../runtime/settings.ts"

/** What begins with `/`: a word to Loom itself, not to the model. */
export const SLASHES = {
  help: { usage: "", help: "print this" },
  model: { usage: "[PROVIDER:MODEL]", help: "which model answers, or another from the next request on" },
  mode: { usage: `[${MODES.join("|")}]`, help: "which permission mode holds, or another" },
  permissions: { usage: "", help: "which rules and approvals hold now" },
  sessions: { usage: "", help: "the sessions of this folder" },
  resume: { usage: "[NUMBER|ID]", help: "leave this session and go on with another; without one, a list to choose from" },
  history: { usage: "", help: "what was said in this session" },
  replay: { usage: "[N]", help: "go through this session so far, event by event, from event N; q comes back" },
  cost: { usage: "", help: "tokens and money so far" },
  diff: { usage: "", help: "what the agent changed in this session" },
  graph: { usage: "[ID|WORDS]", help: "what was decided in this project, and what led to what" },
  context: { usage: "[next]", help: "what the window holds and why, and how far it is from offloading; next: what the next turn would gather" },
  continue: { usage: "", help: "try a failed step again, or go on after a turn that did not complete" },
  compact: { usage: "", help: "free the window now; nothing is lost" },
  undo: { usage: "[step]", help: "put the files back to before the last turn, or the last batch of tools" },
  redo: { usage: "", help: "take the last undo back" },
  "undo-queue": { usage: "", help: "take back the newest queued message; Esc does the same" },
  export: { usage: "[FILE]", help: "write the log of this session to a file" },
  fork: { usage: "", help: "a copy of this session and its files to go on with elsewhere" },
  clear: { usage: "", help: "begin a new session; nothing is deleted" },
  quit: { usage: "", help: "leave; Ctrl-D does the same" }
} as const

export type SlashName = keyof typeof SLASHES

export interface Slash {
  readonly name: SlashName
  readonly rest: string
}

/** Other words for the same. */
const ALIASES: Readonly<Record<string, SlashName>> = { exit: "quit", q: "quit", new: "clear", "?": "help" }

/** A slash command; a sentence where there is none of that name; `null` where the line is meant for the model, as a path is. */
export const parseSlash = (line: string): Slash | string | null => {
  const match = /^\/([a-z?-]+)(?:\s+([\s\S]*))?$/i.exec(line.trimEnd())
  if (match === null || !line.startsWith("/")) return null
  const word = (match[1] as string).toLowerCase()
  const name = Object.hasOwn(ALIASES, word) ? (ALIASES[word] as SlashName) : word
  if (isSlash(name)) return { name, rest: (match[2] ?? "").trim() }
  return `/${word} is not known; did you mean /${nearest(word, Object.keys(SLASHES))}? a line that begins with a blank goes to the model as it is`
}

const isSlash = (word: string): word is SlashName => Object.hasOwn(SLASHES, word)

/** What Tab adds to the beginning of a slash command: `completion("/mod")  // => ""`, for both model and mode begin so. */
export const completion = (line: string): string => {
  if (!/^\/[a-z-]*$/.test(line)) return ""
  const fitting = Object.keys(SLASHES).filter((name) => name.startsWith(line.slice(1)))
  const [first, ...others] = fitting
  if (first === undefined) return ""
  const shared = others.reduce((prefix, name) => prefix.slice(0, sharedLength(prefix, name)), first)
  return `${shared.slice(line.length - 1)}${others.length === 0 ? " " : ""}`
}

const sharedLength = (a: string, b: string): number => {
  let length = 0
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++
  return length
}
