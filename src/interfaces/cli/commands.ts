import { distance, nearest } from "../../runtime/settings.ts"
import type { CommandLine } from "./flags.ts"
import type { Command } from "./invocation.ts"

/** One word that Loom knows as its own. Its file is loaded only when it is asked for. */
interface CommandEntry {
  /** What follows the name, as the help shows it. */
  readonly usage: string
  readonly help: string
  /** How many words may follow. */
  readonly words: readonly [number, number]
  readonly load: () => Promise<Command>
}

const ANY = Number.MAX_SAFE_INTEGER

export const COMMANDS = {
  demo: {
    usage: "",
    help: "see it mend a failing test: no key, no network",
    words: [0, 0],
    load: async () => (await import("./demo/demo.ts")).demo
  },
  sessions: {
    usage: "",
    help: "the sessions of this folder; --all for every folder",
    words: [0, 0],
    load: async () => (await import("./occasional.ts")).sessions
  },
  show: { usage: "ID", help: "a conversation in readable form", words: [1, 1], load: async () => (await import("./occasional.ts")).show },
  resume: { usage: "[ID]", help: "go on with a session", words: [0, 1], load: async () => (await import("./resume.ts")).resume },
  export: {
    usage: "ID",
    help: "write a session's log, one event a line; --to FILE, --with-files",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).exportLog
  },
  import: {
    usage: "FILE",
    help: "take a log over into the database",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).importLog
  },
  verify: {
    usage: "LOG…|DIR…",
    help: "does this build decide the same? every event and action compared; --all: every session",
    words: [0, ANY],
    load: async () => (await import("./occasional.ts")).verify
  },
  replay: {
    usage: "FILE|ID",
    help: "go through a session event by event, forwards and backwards; without a terminal its story",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).replay
  },
  diff: {
    usage: "A B",
    help: "where two logs part, and both stories from there on; --all, --exact",
    words: [2, 2],
    load: async () => (await import("./occasional.ts")).diff
  },
  fork: {
    usage: "LOG",
    help: "a new session from any event, with the files as they were; --at N, --in DIR, --set, --drop, --model",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).fork
  },
  stats: {
    usage: "LOG…",
    help: "where time, tokens and money went, and what broke the cached prefix",
    words: [1, ANY],
    load: async () => (await import("./occasional.ts")).stats
  },
  rerun: {
    usage: "FILE|ID",
    help: "does it still work? the same session once more, its requests and results compared; --tools, --in",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).rerun
  },
  undo: {
    usage: "[ID]",
    help: "put the files back to before the last turn; --step, --redo, --force",
    words: [0, 1],
    load: async () => (await import("./occasional.ts")).undo
  },
  bisect: {
    usage: "LOG",
    help: "the first event where --when holds, or the step that broke --check",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).bisect
  },
  shrink: {
    usage: "LOG",
    help: "the smallest log that still shows --when or --check; --to FILE",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).shrink
  },
  test: {
    usage: "LOG",
    help: "a regression test of it for vitest or node --test; --out DIR, --runner, --when, --check",
    words: [1, 1],
    load: async () => (await import("./occasional.ts")).writeTest
  },
  permissions: {
    usage: "[explain CALL]",
    help: "what may be done here and why; `explain 'git push'`, `explain --tool file_write src/a.ts`",
    words: [0, ANY],
    load: async () => (await import("./occasional.ts")).permissions
  },
  config: {
    usage: "[KEY]",
    help: "each setting, its value, and who gave it",
    words: [0, 1],
    load: async () => (await import("./occasional.ts")).config
  },
  tools: {
    usage: "[NAME]",
    help: "the tools that the model has here, with their limits; with a name all that it is told of one",
    words: [0, 1],
    load: async () => (await import("./occasional.ts")).tools
  },
  map: {
    usage: "[PATH…]",
    help: "the repository in brief, as a model is told of it: files and definitions by how much they matter; --for TEXT, --budget, --check",
    words: [0, ANY],
    load: async () => (await import("./occasional.ts")).map
  },
  hooks: {
    usage: "[test EVENT [CALL]]",
    help: "your own programs that are run before and after tools, and what they say to a sample; `test PreToolUse 'git push'`",
    words: [0, ANY],
    load: async () => (await import("./occasional.ts")).hooks
  },
  trust: {
    usage: "[DIR]",
    help: "let a workspace's own settings and allow rules hold; --revoke takes it back",
    words: [0, 1],
    load: async () => (await import("./occasional.ts")).trust
  },
  context: {
    usage: "[ID|search WORDS|read KEEPER…]",
    help: "what a session's window holds and why; --next what the next turn would gather; what left any window of this project, by words or by keeper",
    words: [0, ANY],
    load: async () => (await import("./occasional.ts")).context
  },
  graph: {
    usage: "[tree|show|search|pulse|add|link|pivot|writeup|share|…]",
    help: "what was decided in this project, and why: as a tree, a picture, a story; `loom help graph` lists what it can",
    words: [0, ANY],
    load: async () => (await import("./graph/graph.ts")).graph
  },
  doctor: {
    usage: "",
    help: "what protects this machine, and what is missing",
    words: [0, 0],
    load: async () => (await import("./occasional.ts")).doctor
  },
  help: {
    usage: "[COMMAND]",
    help: "print this; of a command its flags and an example, as `loom COMMAND --help` does",
    words: [0, 1],
    load: async () => (await import("./help.ts")).help
  }
} as const satisfies Readonly<Record<string, CommandEntry>>

export type CommandName = keyof typeof COMMANDS

/** What the command line means. */
export type Meaning =
  | { readonly type: "command"; readonly name: CommandName; readonly words: readonly string[] }
  | { readonly type: "task"; readonly words: readonly string[] }
  | { readonly type: "conversation" }
  | { readonly type: "fault"; readonly message: string }

/** With `-p` all words are the task; else the first may be a command, or a slip of the pen for one. */
export const meaningOf = ({ flags, words }: CommandLine): Meaning => {
  const [first, ...rest] = words
  if (flags.help === true) return { type: "command", name: "help", words: flags.print === true ? [] : words.slice(0, 1) }
  if (flags.print === true) return { type: "task", words }
  if (first === undefined) return { type: "conversation" }
  if (isCommand(first)) return commandOf(first, rest)
  const meant = words.length === 1 ? slipFor(first) : null
  if (meant === null) return { type: "task", words }
  return { type: "fault", message: `the command ${first} is not known; did you mean \`loom ${meant}\`? as a task it is \`loom -p ${first}\`` }
}

/** Commands of the design that this version does not have, so that nobody's words for one of them go to a model as a task. */
const LATER: readonly string[] = ["models", "mcp", "acp", "serve"]

/** The first word names a command that is still to come; asked before the flags are read, for it may have its own. */
export const stillToCome = ([first, ...rest]: readonly string[]): string | null =>
  first !== undefined && LATER.includes(first)
    ? `the command ${first} is not in this version yet; a task that begins with this word is written \`loom -p ${JSON.stringify([first, ...rest].join(" "))}\``
    : null

export const isCommand = (word: string): word is CommandName => Object.hasOwn(COMMANDS, word)

const commandOf = (name: CommandName, words: readonly string[]): Meaning => {
  const { usage, words: [fewest, most] } = COMMANDS[name] as CommandEntry
  if (words.length >= fewest && words.length <= most) return { type: "command", name, words }
  const form = `loom ${name}${usage === "" ? "" : ` ${usage}`}`
  return {
    type: "fault",
    message: `the command ${name} is written \`${form}\`; a task that begins with this word is written \`loom -p "${name} …"\``
  }
}

/** How many letters may be wrong in a word for it to be taken for a command. */
const SLIP_MAX = 2

/** The command that a single word without blanks was probably meant to be. */
const slipFor = (word: string): CommandName | null => {
  if (!/^[a-z-]{3,}$/i.test(word)) return null
  const near = nearest(word.toLowerCase(), Object.keys(COMMANDS)) as CommandName
  return distance(word.toLowerCase(), near) <= Math.min(SLIP_MAX, Math.floor(word.length / 3) + 1) ? near : null
}
