import * as Result from "effect/Result"
import { Problem, refuse } from "../../effects/os/problem.ts"
import type { Event } from "../../machine/event.ts"
import { decodeEvent, eventSchema } from "../../machine/schema.ts"
import type { Row } from "../event-log/line.ts"

/** One field of one event, and what shall stand there. */
export interface FieldEdit {
  readonly n: number
  /** From the event down: names of fields, and places in lists. */
  readonly path: readonly (string | number)[]
  /** JSON, or text as it is. */
  readonly value: string
  /** As it was written, without the value: `12.parts[0].text`. */
  readonly words: string
}

/** What shall be other than it was. */
export interface Edits {
  readonly sets: readonly FieldEdit[]
  readonly drops: readonly number[]
}

export const NO_EDITS: Edits = { sets: [], drops: [] }

/** An event under the number it had. */
export interface KeptEvent {
  readonly n: number
  readonly event: Event
}

/** `fieldEdit("12.parts[0].text=stop")  // => { n: 12, path: ["parts", 0, "text"], value: "stop", … }`; a sentence where it is written otherwise. */
export const fieldEdit = (text: string): FieldEdit | string => {
  const match = /^(\d+)((?:\.[A-Za-z_][\w:-]*|\[\d+\])+)=([\s\S]*)$/.exec(text)
  if (match === null) return `--set ${text}: it is written N.FIELD=VALUE, as '12.text=another task' or '30.parts[0].text=…'`
  const [, n = "", fields = "", value = ""] = match
  const path = [...fields.matchAll(/\.([A-Za-z_][\w:-]*)|\[(\d+)\]/g)].map(([, name, place]) => name ?? Number(place))
  return { n: Number(n), path, value, words: `${n}${fields}` }
}

/** In words for the header of the fork. */
export const editWords = ({ sets, drops }: Edits): readonly string[] => [...sets.map(({ words }) => `set ${words}`), ...drops.map((n) => `drop ${n}`)]

/** The events as they shall have been; a sentence where something cannot be so. */
export const edited = (rows: readonly Row[], edits: Edits): readonly KeptEvent[] | string => {
  const wrong = [...edits.sets, ...edits.drops.map((n) => ({ n, words: `${n}` }))].find(({ n }) => n < 1 || n > rows.length)
  if (wrong !== undefined) return `change ${wrong.words}: the fork has events 1 to ${rows.length}`
  if (edits.drops.includes(1)) return "drop 1: the first event opens the session and cannot be left out"
  const both = edits.sets.find(({ n }) => edits.drops.includes(n))
  if (both !== undefined) return `set ${both.words}: event ${both.n} is dropped, too; do one of the two`
  const events = rows.map(({ event }) => event)
  for (const edit of edits.sets) {
    const changed = withField(events[edit.n - 1] as Event, edit)
    if (typeof changed === "string") return `set ${edit.words}: ${changed}`
    events[edit.n - 1] = changed
  }
  return events.map((event, index) => ({ n: index + 1, event })).filter(({ n }) => !edits.drops.includes(n))
}

/** What the fork itself decides, and the machine's own words. */
const NOT_TO_BE_SET: readonly (string | number)[] = ["type", "at", "n", "actions", "session", "machine", "roots", "parent"]

const withField = (event: Event, { path, value }: FieldEdit): Event | string => {
  const [first] = path
  if (first !== undefined && NOT_TO_BE_SET.includes(first)) return `${first} cannot be set; what happened can be changed, not when or to whom`
  try {
    const checked = decodeEvent(replaced(event, usualPath(event, path), value, fieldsOf(event)))
    return Result.isFailure(checked) ? checked.failure.message.replace("read an event: ", "") : checked.success
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.message
    throw thrown
  }
}

/** `text` of what has parts is the text of the first of them that has one. */
const usualPath = (event: Event, path: FieldEdit["path"]): FieldEdit["path"] => {
  if (path.length !== 1 || path[0] !== "text" || !("parts" in event)) return path
  const index = event.parts.findIndex(({ type }) => type === "text")
  return index < 0 ? path : ["parts", index, "text"]
}

/** All fields that an event of this type may have. */
const fieldsOf = ({ type }: Event): readonly string[] =>
  Object.keys(eventSchema.members.find(({ fields }) => fields.type.literal === type)?.fields ?? {}).filter((name) => !NOT_TO_BE_SET.includes(name))

/** The value with what stands at the path replaced; `known`: fields that may be there though they are not. Errors: throws a problem. */
const replaced = (value: unknown, [key, ...rest]: readonly (string | number)[], text: string, known: readonly string[]): unknown => {
  if (key === undefined) return valueOf(text, value)
  if (Array.isArray(value)) return replacedInList(value, key, rest, text)
  if (typeof value !== "object" || value === null || typeof key === "number") return refuse(`there is nothing below it that ${key} could name`)
  const fields = value as Readonly<Record<string, unknown>>
  if (!Object.hasOwn(fields, key) && !(rest.length === 0 && known.includes(key))) {
    const there = [...new Set([...Object.keys(fields).filter((name) => !NOT_TO_BE_SET.includes(name)), ...known])]
    return refuse(`it has no field ${key}; ${there.length === 0 ? "none of it can be set" : `there are ${there.join(", ")}`}`)
  }
  return { ...fields, [key]: replaced(fields[key], rest, text, []) }
}

/** One place, or the one behind the last. */
const replacedInList = (list: readonly unknown[], key: string | number, rest: readonly (string | number)[], text: string): readonly unknown[] => {
  if (typeof key !== "number" || key > list.length) return refuse(`it is a list of ${list.length}; name a place in it, as [0]`)
  return list.toSpliced(key, 1, replaced(list[key], rest, text, []))
}

/** Where a text stood, it is a text, however much it looks like something else; what is no JSON is a text anywhere. */
const valueOf = (text: string, before: unknown): unknown => {
  const parsed = parsedOrText(text)
  return typeof before === "string" && typeof parsed !== "string" ? text : parsed
}

const parsedOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Not JSON: then it is meant as it stands.
    return text
  }
}
