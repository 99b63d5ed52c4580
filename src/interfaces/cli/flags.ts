import { parseArgs } from "node:util"
import type { Layer } from "../../runtime/settings.ts"
import { MODES, nearest } from "../../runtime/settings.ts"

/** One flag as a person writes it. `value` names what follows it; a flag without one is a switch. */
interface Flag {
  readonly short?: string
  readonly value?: string
  readonly many?: boolean
  readonly help: string
}

export const FLAGS = {
  print: { short: "p", help: "answer once and leave; what is piped in is appended to the task" },
  continue: { short: "c", help: "go on with the newest session of this folder" },
  resume: { short: "r", value: "ID", help: "go on with this session" },
  model: { value: "PROVIDER:MODEL", help: "anthropic:…, openai:…, openai-compatible:…, scripted:FILE" },
  project: { short: "C", value: "DIR", help: "work in this folder" },
  "output-format": { value: "FORMAT", help: "text, json or stream-json" },
  "permission-mode": { value: "MODE", help: MODES.join(", ") },
  "allowed-tools": { value: "RULES", many: true, help: "rules that allow, as shell(git *) or file_write(src/**)" },
  "disallowed-tools": { value: "RULES", many: true, help: "rules that deny" },
  "max-steps": { value: "N", help: "model calls of a turn at most" },
  "max-tokens": { value: "N", help: "tokens of the session at most" },
  "max-budget-usd": { value: "DOLLARS", help: "money of the session at most" },
  "append-system-prompt": { value: "TEXT", help: "words added to the system prompt" },
  "auto-commit": { help: "commit the agent's own changes after each batch of tools" },
  json: { help: "machine-readable output of sessions, show, verify, replay, doctor" },
  to: { value: "FILE", help: "where export writes" },
  verbose: { help: "say more on stderr" },
  quiet: { short: "q", help: "say nothing on stderr but errors" },
  version: { short: "V", help: "print the version" },
  help: { short: "h", help: "print this" }
} as const satisfies Readonly<Record<string, Flag>>

/** Other names that peers have made usual for the same flag. */
const ALIASES: Readonly<Record<string, string>> = { "--max-turns": "--max-steps", "--allowedTools": "--allowed-tools", "--disallowedTools": "--disallowed-tools" }

export type FlagName = keyof typeof FLAGS
export type Flags = Readonly<Partial<Record<FlagName, string | boolean | readonly string[]>>>

export interface CommandLine {
  readonly flags: Flags
  readonly words: readonly string[]
}

/** Errors: a sentence, where a flag is not known or lacks its value. */
export const parseCommandLine = (argv: readonly string[]): CommandLine | string => {
  try {
    const { values, positionals } = parseArgs({ args: argv.map(unaliased), options: OPTIONS, allowPositionals: true, strict: true })
    return { flags: values as Flags, words: positionals }
  } catch (error) {
    return explain(error)
  }
}

const unaliased = (word: string): string => {
  const [name, ...rest] = word.split("=")
  const known = ALIASES[name as string]
  return known === undefined ? word : [known, ...rest].join("=")
}

const OPTIONS = Object.fromEntries(
  Object.entries(FLAGS as Readonly<Record<string, Flag>>).map(([name, flag]) => [
    name,
    { type: flag.value === undefined ? ("boolean" as const) : ("string" as const), ...(flag.short === undefined ? {} : { short: flag.short }), multiple: flag.many ?? false }
  ])
)

const explain = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  const unknown = /Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (unknown !== undefined) return `the flag ${unknown} is not known; did you mean --${nearest(unknown.replace(/^-+/, ""), Object.keys(FLAGS))}?`
  return `the command line cannot be read: ${message.split("\n", 1)[0]}`
}

/** What the flags say about the settings. Errors: a sentence, where a number is none. */
export const flagsLayer = (flags: Flags): Layer | string => {
  const numbers = { maxSteps: flags["max-steps"], maxTokens: flags["max-tokens"], maxBudgetUsd: flags["max-budget-usd"] }
  for (const [name, text] of Object.entries(numbers)) {
    if (text !== undefined && !(Number(text) > 0 && (name === "maxBudgetUsd" || Number.isInteger(Number(text))))) return `${String(text)} is no amount for ${name}; give a number above 0`
  }
  return {
    ...(typeof flags.model === "string" ? { model: flags.model } : {}),
    ...(typeof flags["permission-mode"] === "string" ? { permissionMode: flags["permission-mode"] } : {}),
    ...(numbers.maxSteps === undefined ? {} : { maxSteps: Number(numbers.maxSteps) }),
    ...(numbers.maxTokens === undefined ? {} : { maxTokens: Number(numbers.maxTokens) }),
    ...(numbers.maxBudgetUsd === undefined ? {} : { maxBudgetUsd: Number(numbers.maxBudgetUsd) }),
    ...(typeof flags["append-system-prompt"] === "string" ? { appendSystemPrompt: flags["append-system-prompt"] } : {}),
    ...(flags["auto-commit"] === true ? { autoCommit: true } : {}),
    allow: ruleList(flags["allowed-tools"]),
    deny: ruleList(flags["disallowed-tools"])
  }
}

/** Rules stand one a flag, or several in one with commas or blanks between them, outside their brackets. */
const ruleList = (given: Flags[FlagName]): readonly string[] =>
  (Array.isArray(given) ? given : []).flatMap((text: string) => text.match(/[^\s,(]+(?:\([^)]*\))?/g) ?? [])
