import * as Effect from "effect/Effect"
import { COMMANDS, isCommand, type CommandName } from "./commands.ts"
import { EXIT } from "./exit-code.ts"
import { FLAGS, type FlagGroup } from "./flags.ts"
import { SUBCOMMANDS } from "./graph/words.ts"
import { usageError, type Command } from "./invocation.ts"
import { nearest } from "../../runtime/settings.ts"

/** All that there is, or one command. What is no command is a slip, unless it is a task that help was asked beside. */
export const help: Command = ({ output, flags, words: [name] }) => {
  if (name !== undefined && !isCommand(name) && flags.help !== true)
    return Effect.fail(
      usageError(
        `help ${name}: there is no such command; did you mean \`loom help ${nearest(name, Object.keys(COMMANDS))}\`? \`loom --help\` lists them`
      )
    )
  return Effect.sync(() => {
    output.out(name !== undefined && isCommand(name) ? commandHelp(name) : helpText())
    return EXIT.done
  })
}

/** How one command is written, which flags are its own, and an example. */
export const commandHelp = (name: CommandName): string => {
  const { usage, help } = COMMANDS[name]
  const own = flagRows((flag) => belongsTo(flag, name), name).map(([left, words]): Row => [left, wordsFor(words, name)])
  const example = EXAMPLES[name]
  return [
    `loom ${name}${usage === "" ? "" : ` ${usage}`}`,
    `  ${help}`,
    "",
    ...(name === "graph"
      ? [
          section(
            "what it can",
            Object.entries(SUBCOMMANDS).map(([word, { usage: words, help: what }]): Row => [
              `${word}${words === "" ? "" : ` ${words}`}`,
              what
            ])
          )
        ]
      : []),
    ...(own.length === 0 ? [] : [section("its flags", own)]),
    ...(example === undefined ? [] : [`for example: ${example}`]),
    "-C DIR works in another folder; `loom --help` lists every command and flag",
    ""
  ].join("\n")
}

const belongsTo = (flag: ListedFlag, name: string): boolean => flag.of?.includes(name) ?? partsOf(flag.help).some((part) => part.names.includes(name))

/** What the help of a flag says of this command. */
const wordsFor = (help: string, name: string): string => partsOf(help).find(({ names }) => names.includes(name))?.words ?? help

/** `sessions, verify: those of every folder; diff: the whole of both` has two parts, and each names whose it is; of `--json` that stands behind the colon. */
const partsOf = (help: string): readonly { readonly names: readonly string[]; readonly words: string }[] =>
  help.split(/; (?=[a-z][a-z, ]*: )/).map((part) => {
    const [before = "", ...rest] = part.split(": ")
    const behind = rest.join(": ")
    return before === "machine-readable"
      ? { names: behind.split(", "), words: before }
      : { names: before.split(", ").map((each) => each.split(" ")[0] as string), words: behind }
  })

export const EXAMPLES: Partial<Readonly<Record<CommandName, string>>> = {
  demo: "loom demo",
  graph: 'loom graph add decision "Use PKCE" --from 9x7c4b --confidence 80',
  sessions: "loom sessions --all",
  show: "loom show aq7a",
  resume: "loom resume aq7a",
  export: "loom export aq7a --to session.jsonl --with-files",
  import: "loom import session.jsonl",
  verify: "loom verify --all",
  replay: "loom replay session.jsonl --break event=ToolCompleted",
  diff: "loom diff aq7a b3xk",
  fork: 'loom fork aq7a --at 40 --in ../copy',
  stats: "loom stats aq7a --json",
  rerun: "loom rerun session.jsonl --tools recorded",
  undo: "loom undo --step",
  bisect: "loom bisect aq7a --check 'npm test'",
  shrink: "loom shrink session.jsonl --when state=Error --to small.jsonl",
  test: "loom test small.jsonl --runner node --out test/loom",
  context: "loom context --next",
  permissions: "loom permissions explain 'npm test && git push'",
  config: "loom config max_steps",
  tools: "loom tools file_edit",
  map: 'loom map --for "the login form loses what was typed" --budget 1024',
  hooks: "loom hooks test PreToolUse 'git push'",
  trust: "loom trust --revoke",
  doctor: "loom doctor --json",
  help: "loom help graph"
}

/** All of it comes from the two tables, so that nothing is listed that is not there. */
export const helpText = (): string =>
  [
    "Loom, a coding agent whose every session can be replayed",
    "",
    section("", [
      ["loom", "a conversation"],
      ['loom "task"', "one task, the answer on stdout; the same as loom -p"],
      ['git diff | loom -p "review this"', "what is piped in is appended"],
      ...Object.entries(COMMANDS).map(([name, { usage, help }]): Row => [`loom ${name}${usage === "" ? "" : ` ${usage}`}`, help])
    ]),
    ...GROUPS.map(([group, title]) => section(title, flagRows((flag) => flag.group === group))),
    "exit codes: 0 done · 1 the model or the engine failed · 2 wrong usage · 3 a budget or step limit",
    "            4 something needed an approval or an answer nobody could give · 5 the session is held elsewhere or damaged · 130 interrupted",
    ""
  ].join("\n")

type Row = readonly [string, string]

const GROUPS: readonly (readonly [FlagGroup, string])[] = [
  ["task", "the task"],
  ["model", "the model"],
  ["permissions", "what it may do"],
  ["limits", "limits"],
  ["replay", "looking back, and what if"],
  ["output", "output"]
]

interface ListedFlag {
  readonly short?: string
  readonly value?: string
  readonly group: FlagGroup
  readonly of?: readonly string[]
  readonly bareFor?: readonly string[]
  readonly help: string
}

const flagRows = (wanted: (flag: ListedFlag) => boolean, command?: string): readonly Row[] =>
  Object.entries(FLAGS as Readonly<Record<string, ListedFlag>>).flatMap(([name, flag]): readonly Row[] => {
    if (!wanted(flag)) return []
    const short = flag.short === undefined ? "    " : `-${flag.short}, `
    const bare = flag.value === undefined || (command !== undefined && flag.bareFor?.includes(command) === true)
    return [[`${short}--${name}${bare ? "" : ` ${flag.value}`}`, flag.help]]
  })

const COLUMN_MAX = 34

const section = (title: string, rows: readonly Row[]): string => {
  const width = Math.min(COLUMN_MAX, Math.max(...rows.map(([left]) => left.length)))
  return [...(title === "" ? [] : [title]), ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`), ""].join("\n")
}
