import * as Effect from "effect/Effect"
import { COMMANDS } from "./commands.ts"
import { EXIT } from "./exit-code.ts"
import { FLAGS, type FlagGroup } from "./flags.ts"
import type { Command } from "./invocation.ts"

export const help: Command = ({ output }) =>
  Effect.sync(() => {
    output.out(helpText())
    return EXIT.done
  })

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
    ...GROUPS.map(([group, title]) => section(title, flagRows(group))),
    "exit codes: 0 done · 1 the model or the engine failed · 2 wrong usage · 3 a budget or step limit",
    "            4 something needed an approval nobody could give · 5 the session is held elsewhere or damaged · 130 interrupted",
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

const flagRows = (group: FlagGroup): readonly Row[] =>
  Object.entries(FLAGS).flatMap(([name, flag]): readonly Row[] => {
    if (flag.group !== group) return []
    const short = "short" in flag ? `-${flag.short}, ` : "    "
    return [[`${short}--${name}${"value" in flag ? ` ${flag.value}` : ""}`, flag.help]]
  })

const COLUMN_MAX = 34

const section = (title: string, rows: readonly Row[]): string => {
  const width = Math.min(COLUMN_MAX, Math.max(...rows.map(([left]) => left.length)))
  return [...(title === "" ? [] : [title]), ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`), ""].join("\n")
}
