import { parseArgs } from "node:util"
import type { Layer } from "../../runtime/settings.ts"
import { MODES, nearest } from "../../runtime/settings.ts"

/** One flag as a person writes it. `value` names what follows it; a flag without one is a switch. Those without `help` are not listed. */
interface Flag {
  readonly short?: string
  readonly value?: string
  readonly many?: boolean
  readonly group: FlagGroup
  /** The commands that know what to do with it; where nothing is said, any may. */
  readonly of?: readonly string[]
  /** For these nothing follows it. */
  readonly bareFor?: readonly string[]
  readonly help: string
}

export type FlagGroup = "task" | "model" | "permissions" | "limits" | "replay" | "output" | "hidden"

export const FLAGS = {
  print: { short: "p", group: "task", help: "answer once and leave; what is piped in is appended to the task" },
  continue: { short: "c", group: "task", help: "go on with the newest session of this folder" },
  resume: { short: "r", value: "ID", group: "task", help: "go on with this session; without an id as --continue" },
  "fork-session": { group: "task", help: "with -c or -r: go on in a fork, the session itself stays as it is" },
  project: { short: "C", value: "DIR", group: "task", help: "work in this folder" },
  tools: {
    value: "live|recorded",
    group: "task",
    of: ["rerun"],
    help: "rerun: real tools and the model from the log, or the other way round"
  },
  in: {
    value: "DIR",
    group: "task",
    of: ["rerun", "fork"],
    help: "rerun: where the copy of the workspace is made, one that holds files is taken as it is; fork: the directory it works in"
  },
  step: { group: "task", of: ["undo"], help: "undo: only the last batch of tools" },
  redo: { group: "task", of: ["undo"], help: "undo: take the last undo back" },
  force: { group: "task", of: ["undo"], help: "undo: put back also what you changed since; it is kept for --redo" },
  model: {
    value: "PROVIDER:MODEL",
    group: "model",
    help: "anthropic:…, openai:…, openai-compatible:…, scripted:FILE; fork: which is asked from there on; rerun: which is asked, with --tools recorded"
  },
  "append-system-prompt": { value: "TEXT", group: "model", help: "words added to the system prompt" },
  "permission-mode": { value: "MODE", group: "permissions", help: MODES.join(", ") },
  "allowed-tools": { value: "RULES", many: true, group: "permissions", help: "rules that allow, as shell(git *) or file_write(src/**)" },
  "disallowed-tools": { value: "RULES", many: true, group: "permissions", help: "rules that deny" },
  trust: { group: "permissions", help: "take the settings and allow rules of this workspace for this run; `loom trust` does so for good" },
  revoke: { group: "permissions", help: "trust: take it back" },
  tool: { value: "NAME", group: "permissions", help: "permissions explain, hooks test: the tool that is called; shell where nothing is said" },
  "no-sandbox": { group: "permissions", help: "run commands without the sandbox; rerun: those of a log from elsewhere with all your rights" },
  "auto-commit": { group: "permissions", help: "commit the agent's own changes after each batch of tools" },
  "max-steps": { value: "N", group: "limits", help: "model calls of a turn at most" },
  "max-tokens": { value: "N", group: "limits", help: "tokens of the session at most" },
  "max-budget-usd": { value: "DOLLARS", group: "limits", help: "money of the session at most" },
  "output-format": { value: "FORMAT", group: "output", help: "text, json or stream-json" },
  json: {
    group: "output",
    help: "machine-readable: sessions, show, verify, replay, diff, stats, rerun, undo, fork, bisect, shrink, test, permissions, config, tools, map, hooks, trust, context, graph, doctor"
  },
  at: {
    value: "N",
    group: "replay",
    of: ["replay", "fork"],
    help: "replay: begin with event N; without a terminal that event and its state; fork: go on from it"
  },
  break: {
    value: "EXPR",
    many: true,
    group: "replay",
    of: ["replay"],
    help: "replay: stop where it holds, as state=Error or event=ToolCompleted"
  },
  play: { value: "SPEED", group: "replay", of: ["replay"], help: "replay: play it as it streamed, as 1x or 4x" },
  all: {
    group: "output",
    of: ["sessions", "verify", "diff", "graph"],
    help: "sessions, verify: those of every folder; diff: the whole of both stories; graph: what recorded itself, too"
  },
  next: { group: "output", of: ["context"], help: "context: what the next turn would gather" },
  exact: { group: "output", of: ["diff", "rerun"], help: "diff, rerun: compare times, names and all else that must differ, too" },
  when: {
    value: "EXPR",
    group: "replay",
    of: ["bisect", "shrink", "test"],
    help: "bisect, shrink, test: state=Error, event=…, tool=…, text~WORDS, or JavaScript over state, session, before, event, actions, n"
  },
  check: {
    value: "COMMAND",
    group: "replay",
    of: ["bisect", "shrink", "test", "map"],
    bareFor: ["map"],
    help: "bisect, shrink, test: a command that fails where it is so (exit code 125: it cannot tell); map: which files could not be read, and why; nothing follows it"
  },
  for: { value: "TEXT", group: "output", of: ["map"], help: "map: what it is wanted for, in the words of a task" },
  budget: { value: "TOKENS", group: "output", of: ["map"], help: "map: how large it may be; never larger, not by one token" },
  out: { value: "DIR", group: "output", of: ["test"], help: "test: where the test is written; test/loom where nothing is said" },
  runner: { value: "NAME", group: "output", of: ["test"], help: "test: vitest or node" },
  to: {
    value: "FILE",
    group: "output",
    of: ["export", "shrink", "graph"],
    help: "export, shrink, graph: the file that is written; stdout where nothing is said"
  },
  "with-files": { group: "output", of: ["export"], help: "export: the workspace's checkpoints, too, into FILE.bundle" },
  set: { value: "N.FIELD=VALUE", many: true, group: "replay", of: ["fork"], help: "fork: what an event said is this instead" },
  drop: { value: "N", many: true, group: "replay", of: ["fork"], help: "fork: leave an event out" },
  format: {
    value: "text|json|dot|svg",
    group: "output",
    of: ["graph"],
    help: "graph: how it is told; a picture with --format svg --to graph.svg"
  },
  type: {
    value: "TYPE",
    group: "task",
    of: ["graph"],
    help: "graph add, link, unlink: leads_to, chosen, rejected, requires, blocks, enables, supersedes"
  },
  reason: { value: "TEXT", group: "task", of: ["graph"], help: "graph add, link, supersede: why" },
  description: { value: "TEXT", group: "task", of: ["graph"], help: "graph add, pivot: what else is to be said" },
  confidence: { value: "N", group: "task", of: ["graph"], help: "graph add, pivot: how sure, 0 to 100" },
  from: { value: "ID", group: "task", of: ["graph"], help: "graph add: the node it hangs below" },
  since: { value: "DATE", group: "task", of: ["graph"], help: "graph archaeology: no older commits than that" },
  apply: { group: "task", of: ["graph"], help: "graph archaeology: take what is proposed into the graph" },
  quiet: { short: "q", group: "output", help: "say nothing on stderr but errors" },
  verbose: { group: "output", help: "say more on stderr" },
  version: { short: "V", group: "output", help: "print the version" },
  help: { short: "h", group: "output", help: "print this" },
  "without-edit": { group: "hidden", help: "" }
} as const satisfies Readonly<Record<string, Flag>>

/** Other names that peers have made usual for the same flag. */
const ALIASES: Readonly<Record<string, string>> = {
  "--max-turns": "--max-steps",
  "--allowedTools": "--allowed-tools",
  "--disallowedTools": "--disallowed-tools"
}

export const OUTPUT_FORMATS = ["text", "json", "stream-json"] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export type FlagName = keyof typeof FLAGS
export type Flags = Readonly<Partial<Record<FlagName, string | boolean | readonly string[]>>>

export interface CommandLine {
  readonly flags: Flags
  readonly words: readonly string[]
}

/** Errors: a sentence, where a flag is not known or lacks its value. */
export const parseCommandLine = (argv: readonly string[]): CommandLine | string => {
  try {
    const { values, positionals } = parseArgs({ args: usual(argv), options: OPTIONS, allowPositionals: true, strict: true })
    const flags = values as Flags
    return wrongValue(flags) ?? { flags, words: positionals }
  } catch (error) {
    return explain(error)
  }
}

/** The command line with the usual names; a `--resume` that names no session goes on with the newest. */
const usual = (argv: readonly string[]): string[] => {
  const end = argv.indexOf("--")
  const flags = end < 0 ? argv : argv.slice(0, end)
  const words = end < 0 ? [] : argv.slice(end)
  const named = flags.map((word, index) => {
    const next = flags[index + 1]
    const bare = (word === "--resume" || word === "-r") && (next === undefined || next.startsWith("-"))
    if (word === "--check" && (next === undefined || next.startsWith("-")) && argv.includes("map")) return "--check="
    return bare ? "--continue" : unaliased(word)
  })
  return [...named, ...words]
}

const unaliased = (word: string): string => {
  const [name, ...rest] = word.split("=")
  return name !== undefined && Object.hasOwn(ALIASES, name) ? [ALIASES[name], ...rest].join("=") : word
}

const OPTIONS = Object.fromEntries(
  Object.entries(FLAGS as Readonly<Record<string, Flag>>).map(([name, flag]) => [
    name,
    {
      type: flag.value === undefined ? ("boolean" as const) : ("string" as const),
      ...(flag.short === undefined ? {} : { short: flag.short }),
      multiple: flag.many ?? false
    }
  ])
)

const LISTED = Object.entries(FLAGS as Readonly<Record<string, Flag>>).flatMap(([name, flag]) => (flag.group === "hidden" ? [] : [name]))

const explain = (error: unknown): string => {
  const message = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] as string
  const unknown = /Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (unknown !== undefined)
    return unknown.startsWith("--")
      ? `the flag ${unknown} is not known; did you mean --${nearest(unknown.slice(2), LISTED)}?`
      : `the flag ${unknown} is not known; loom --help lists them`
  const wanting = /Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (missing|is ambiguous)/.exec(message)
  if (wanting !== null) return `the flag ${wanting[1]} needs a value; write it as ${wanting[1]}=${valueName(wanting[1] as string)}`
  const switched = /Option '(?:-\w, )?(--[\w-]+)' does not take an argument/.exec(message)
  return switched === null ? `the command line cannot be read: ${message}` : `the flag ${switched[1]} takes no value`
}

const valueName = (flag: string): string => (FLAGS as Readonly<Record<string, Flag>>)[flag.slice(2)]?.value ?? "VALUE"

const wrongValue = (flags: Flags): string | null => {
  const format = flags["output-format"]
  if (format !== undefined && !(OUTPUT_FORMATS as readonly unknown[]).includes(format)) {
    return `the output format ${String(format)} is not known; take one of ${OUTPUT_FORMATS.join(", ")}`
  }
  const empty = (["model", "project", "resume", "to", "in", "at"] as const).find((name) => flags[name] === "")
  return empty === undefined ? null : `the flag --${empty} needs a value; write it as --${empty}=${valueName(`--${empty}`)}`
}

export const outputFormat = (flags: Flags): OutputFormat => (flags["output-format"] as OutputFormat | undefined) ?? "text"

/** Whose a flag is that the command cannot keep, in a sentence, so that nobody believes it was heard; `null` where there is none. */
export const strangeFlag = (flags: Flags, command: string): string | null => {
  const of = (name: string): readonly string[] | undefined => (FLAGS as Readonly<Record<string, Flag>>)[name]?.of
  const strange = Object.keys(flags).find((name) => of(name)?.includes(command) === false)
  return strange === undefined ? null : `${command}: it takes no --${strange}; that is for ${(of(strange) as readonly string[]).join(", ")}`
}

/** What the flags say about the settings. Errors: a sentence, where a number is none. */
export const flagsLayer = (flags: Flags): Layer | string => {
  const wrong = AMOUNTS.find(({ flag, whole }) => flags[flag] !== undefined && !isAmount(flags[flag], whole))
  if (wrong !== undefined)
    return `--${wrong.flag} ${String(flags[wrong.flag])} is no amount; give ${wrong.whole ? "a whole number" : "a number"} above 0`
  return {
    ...(typeof flags.model === "string" ? { model: flags.model } : {}),
    ...(typeof flags["permission-mode"] === "string" ? { permissionMode: flags["permission-mode"] } : {}),
    ...Object.fromEntries(AMOUNTS.flatMap(({ flag, key }) => (flags[flag] === undefined ? [] : [[key, Number(flags[flag])]]))),
    ...(typeof flags["append-system-prompt"] === "string" ? { appendSystemPrompt: flags["append-system-prompt"] } : {}),
    ...(flags["no-sandbox"] === true ? { sandbox: "off" } : {}),
    ...(flags["auto-commit"] === true ? { autoCommit: true } : {}),
    allow: ruleList(flags["allowed-tools"]),
    deny: ruleList(flags["disallowed-tools"])
  }
}

const AMOUNTS = [
  { flag: "max-steps", key: "maxSteps", whole: true },
  { flag: "max-tokens", key: "maxTokens", whole: true },
  { flag: "max-budget-usd", key: "maxBudgetUsd", whole: false }
] as const satisfies readonly { readonly flag: FlagName; readonly key: keyof Layer; readonly whole: boolean }[]

const isAmount = (text: Flags[FlagName], whole: boolean): boolean => {
  const amount = Number(text)
  return Number.isFinite(amount) && amount > 0 && (!whole || Number.isSafeInteger(amount))
}

/** Rules stand one a flag, or several in one with commas or blanks between them, outside their brackets. */
const ruleList = (given: Flags[FlagName]): readonly string[] => (Array.isArray(given) ? given : []).flatMap(rulesIn)

const RULE = /[^\s,()]+(?:\([^()]*\))?/g

/** A text that does not come apart cleanly is one rule, or none: half of a rule would allow more than was meant. */
const rulesIn = (text: string): readonly string[] =>
  text.replaceAll(RULE, "").replaceAll(/[\s,]/g, "") === "" ? (text.match(RULE) ?? []) : [text]
