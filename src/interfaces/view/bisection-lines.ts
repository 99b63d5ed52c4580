import type { BrokenStep, CallInStep, FileBisection } from "../../runtime/replay/bisect-files.ts"
import type { FileDifference } from "../../runtime/replay/file-differences.ts"
import { diffLines } from "./diff-lines.ts"
import { plural } from "./money.ts"
import { span, whole, type Shown } from "./shown.ts"
import { oneLine } from "./visible.ts"

/** Which step of a session broke something in its files: its events, its calls and what it changed; or why none did. */
export const bisectionLines = (bisection: FileBisection, command: string): readonly Shown[] => {
  const { bisected, places, step } = bisection
  const at = (place: number): string => `the files as they were ${places[place]?.why}, event ${places[place]?.from}`
  switch (bisected.result) {
    case "bad-from-the-start":
      return [line(`${oneLine(command)} fails already with ${at(0)}: no step of this log broke it`)]
    case "good-to-the-end":
      return [line(`${oneLine(command)} succeeds with the last of the files, ${at(places.length - 1)}: no step of this log broke it`)]
    case "unknown":
      return [line(`${oneLine(command)} cannot tell (exit code 125) with ${at(bisected.place)}; there it has to`)]
    case "found":
      return step === null ? [] : stepLines(step, bisection, bisected.skipped.length)
  }
}

const stepLines = ({ from, to, calls, files }: BrokenStep, { probes, places }: FileBisection, skipped: number): readonly Shown[] => [
  whole(
    span("strong", from === to ? `event ${to}` : `events ${from} to ${to}`),
    span("plain", ` broke it; found in ${plural(probes, "probe")} of ${plural(places.length, "checkpoint")}`)
  ),
  ...(skipped > 0
    ? [line(`  these are ${skipped + 1} steps: ${plural(skipped, "checkpoint")} between them could not be told (exit code 125)`)]
    : []),
  ...(calls.length > 0 ? calls.map(callLine) : [line("  no call of the agent stands there: somebody else changed the files")]),
  ...files.flatMap(fileLines)
]

const line = (text: string): Shown => whole(span("plain", text))

const callLine = ({ n, name, arguments: given, status }: CallInStep): Shown =>
  whole(
    span("plain", `  event ${n}: ${oneLine(name)} ${brief(oneLine(given))}`),
    span(status === "error" ? "bad" : "dim", status === null ? "" : `  ${status}`)
  )

const LENGTH_MAX = 120

const brief = (text: string): string => (text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX - 1)}…` : text)

const fileLines = ({ path, how, diff }: FileDifference): readonly Shown[] => {
  const shown = diffLines(diff)
  return [whole(span("plain", `  ${oneLine(path)} `), span("dim", shown.length === 0 && diff !== "" ? `${how} ${diff}` : how)), ...shown]
}
