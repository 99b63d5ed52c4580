import type { Said, Setting } from "../../runtime/configuration.ts"
import { span, whole, type Shown } from "./shown.ts"
import { exact, oneLine } from "./visible.ts"

/** All settings as a list: the key, the value, who gave it. A list to which several add has a line for each entry. */
export const configLines = (settings: readonly Setting[]): readonly Shown[] => settings.flatMap((setting) => rows(setting))

/** One setting, and what was said of it that does not count. */
export const settingLines = (setting: Setting): readonly Shown[] => [
  ...rows(setting),
  ...setting.instead.map(({ source, value }) => whole(span("dim", `${"".padEnd(KEY_WIDTH)} instead of ${words(value)}  ${oneLine(source)}`)))
]

const KEY_WIDTH = 22

const rows = ({ key, from }: Setting): readonly Shown[] =>
  from.length === 0
    ? [whole(span("plain", key.padEnd(KEY_WIDTH)), span("dim", " not set"))]
    : from.map((said, index) => row(index === 0 ? key : "", said))

const row = (key: string, { source, value }: Said): Shown =>
  whole(
    span(source === "default" ? "plain" : "strong", key.padEnd(KEY_WIDTH)),
    span("plain", ` ${words(value)}`),
    span("dim", `  ${oneLine(source)}`)
  )

/** A value as it could be written in the file. */
const words = (value: unknown): string => exact(typeof value === "string" && value !== "" ? value : JSON.stringify(value))
