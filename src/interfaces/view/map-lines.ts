import type { MapCheck, MapReport, MappedFile } from "../../runtime/repository-map.ts"
import { plural } from "./money.ts"
import { oneLine } from "./visible.ts"
import { span, whole, type Shown } from "./shown.ts"

/** The map for a reader: files with their definitions by path, then the names of others by folder, as a model reads it. */
export const mapLines = ({ files, text }: MapReport, why: boolean): readonly Shown[] => {
  const fileByPath = new Map(files.map((file) => [file.path, file]))
  return text
    .split("\n")
    .filter((line) => !/^<\/?repository-map>$/.test(line))
    .map((line) => {
      if (line.startsWith(" ")) return whole(span("plain", oneLine(line)))
      const file = fileByPath.get(line)
      return whole(span("strong", oneLine(line)), ...(why && file !== undefined ? [span("dim", `  ${reasonsOf(file)}`)] : []))
    })
}

const reasonsOf = ({ rank, reasons }: MappedFile): string =>
  `#${rank} ${reasons.map(({ reason, share }) => `${reason} ${Math.round(share * 100)} %`).join(", ")}`

/** What the map holds and what it took, in a line. */
export const mapSummary = ({ files, filesInAll, tokens, budgetTokens }: MapReport): string => {
  const told = files.filter(({ lines }) => lines.length > 0).length
  return `${plural(told, "file")} with definitions and ${files.length - told} by name, of ${filesInAll}; ${tokens} of ${budgetTokens} tokens`
}

/** What could be read and what could not. */
export const checkLines = ({ files, languages, namesOnly, faults, notes }: MapCheck): readonly Shown[] => [
  whole(
    span(
      "plain",
      `${plural(files, "file")}: ${
        Object.entries(languages)
          .map(([language, count]) => `${count} ${language}`)
          .join(", ") || "none that a grammar reads"
      }; ${namesOnly} by name`
    )
  ),
  ...(faults.length === 0
    ? []
    : [
        whole(span("notice", `${plural(faults.length, "file")} could not be read and ${faults.length === 1 ? "is" : "are"} known by name:`))
      ]),
  ...faults.map(({ path, why }) => whole(span("plain", `  ${oneLine(path)}: ${oneLine(why)}`))),
  ...notes.map((note) => whole(span("notice", oneLine(note))))
]
