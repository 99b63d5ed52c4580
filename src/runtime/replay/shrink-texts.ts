import type { Event } from "../../machine/event.ts"
import type { Row } from "../event-log/line.ts"

/** The event made smaller in one place; `null` where it cannot be. What comes of it may be no event. Asked again as long as it helps. */
export type Edit = (event: Event) => Event | null

/** Lists that may be empty and fields that may be missing, one edit for each. */
export const slimmerOf = ({ event }: Row): readonly Edit[] =>
  placesIn(event).flatMap(({ path, key, value }): readonly Edit[] => {
    if (OPTIONAL.has(key)) return [once((now) => changed(now, path, undefined))]
    if (!Array.isArray(value) || !LISTS.has(key)) return []
    return [
      once((now) => changed(now, path, [])),
      ...value.map((_, index): Edit => once((now) => changed(now, path, spliced(at(now, path), value.length - 1 - index))))
    ]
  })

/** Texts that may be shorter, one edit for each: nothing at all, and then half of it, and half of that. */
export const shorterOf = ({ event }: Row): readonly Edit[] =>
  placesIn(event).flatMap(({ path, key, value }): readonly Edit[] => {
    if (typeof value !== "string" || value === "" || !TEXTS.has(key)) return []
    // Half of a call's arguments would be no JSON any more.
    if (key === "arguments") return [once((now) => changed(now, path, "{}"))]
    return [once((now) => changed(now, path, "")), (now) => halved(now, path)]
  })

const OPTIONAL: ReadonlySet<string> = new Set([
  "usage",
  "note",
  "reports",
  "missing",
  "blob",
  "retryAfterMs",
  "before",
  "tree",
  "commit",
  "hook",
  "sandboxed",
  "words",
  "reason",
  "rules"
])
const LISTS: ReadonlySet<string> = new Set([
  "tools",
  "rules",
  "fragments",
  "parts",
  "reports",
  "missing",
  "facts",
  "paths",
  "commands",
  "hosts",
  "options"
])
const TEXTS: ReadonlySet<string> = new Set([
  "text",
  "arguments",
  "message",
  "note",
  "words",
  "reason",
  "system",
  "description",
  "invalid",
  "signature"
])

type Path = readonly (string | number)[]

interface Place {
  readonly path: Path
  readonly key: string
  readonly value: unknown
}

/** Every field of an event, those of its parts included, the outer before the inner. */
const placesIn = (value: unknown, path: Path = []): readonly Place[] => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, field]) => {
    const here = [...path, Array.isArray(value) ? Number(name) : name]
    return [{ path: here, key: String(name), value: field as unknown }, ...(NOT_LOOKED_INTO.has(name) ? [] : placesIn(field, here))]
  })
}

/** The schema of a tool's arguments is the tool's own affair. */
const NOT_LOOKED_INTO: ReadonlySet<string> = new Set(["inputSchema", "usage", "settings", "modelsByName"])

const once = (edit: Edit): Edit => {
  let done = false
  return (event) => {
    if (done) return null
    done = true
    return edit(event)
  }
}

const halved = (event: Event, path: Path): Event | null => {
  const text = at(event, path)
  return typeof text !== "string" || text.length < 2 ? null : changed(event, path, [...text].slice(0, Math.ceil([...text].length / 2)).join(""))
}

const spliced = (list: unknown, index: number): unknown => (Array.isArray(list) && index < list.length ? list.toSpliced(index, 1) : list)

const at = (value: unknown, [first, ...rest]: Path): unknown =>
  first === undefined
    ? value
    : typeof value === "object" && value !== null
      ? at((value as Readonly<Record<string, unknown>>)[first], rest)
      : undefined

/** A copy with another value at a place; `null` where it is what it was, or the place is gone. */
const changed = (event: Event, path: Path, to: unknown): Event | null => {
  const before = at(event, path)
  return before === undefined || JSON.stringify(before) === JSON.stringify(to) ? null : (withValue(event, path, to) as Event)
}

const withValue = (value: unknown, [first, ...rest]: Path, to: unknown): unknown => {
  if (first === undefined) return to
  if (Array.isArray(value)) return value.with(first as number, withValue(value[first as number], rest, to))
  const { [first as string]: field, ...others } = value as Readonly<Record<string, unknown>>
  return rest.length === 0 && to === undefined ? others : { ...(value as object), [first]: withValue(field, rest, to) }
}
