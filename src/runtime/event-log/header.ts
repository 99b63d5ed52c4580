import { hash } from "node:crypto"
import type { Parent, SessionOpened } from "../../machine/event.ts"
import type { Settings } from "../../machine/session.ts"
import { parent, settings } from "./line.ts"
import { object } from "./shape.ts"
import { asIs } from "./shape.ts"

/** Version of the form that logs are written in. A reader refuses what is newer and lifts what is older. */
export const FORMAT = 1

/** The first line of a log: what it is, and what the session was opened with. */
export interface Header {
  /** The format's version. */
  readonly loom: number
  readonly session: string
  /** Version of the machine's behaviour. */
  readonly machine: number
  readonly seed: number
  /** Which build wrote it. */
  readonly build: string
  /** When it was opened, ms since the epoch. */
  readonly at: number
  /** SHA-256 of the tool definitions as JSON, hex. */
  readonly tools: string
  readonly settings: Settings
  /** Set for a fork. */
  readonly parent?: Parent
}

export const headerOf = (opened: SessionOpened, build: string): Header => ({
  loom: FORMAT,
  session: opened.session,
  machine: opened.machine,
  seed: opened.seed,
  build,
  at: opened.at,
  tools: catalogueHash(opened.tools),
  settings: opened.settings,
  ...(opened.parent === undefined ? {} : { parent: opened.parent })
})

export const encodeHeader: (header: Header) => string = object<Header>({
  loom: asIs,
  session: asIs,
  machine: asIs,
  seed: asIs,
  build: asIs,
  at: asIs,
  tools: asIs,
  settings,
  parent
}) as (header: Header) => string

/** The header, or why the line is none. A newer format is still a header, for the reader to refuse by name. */
export const decodeHeader = (line: string): Header | string => {
  const parsed = parsedObject(line)
  if (parsed === null) return "it is not a JSON object"
  if (!Number.isSafeInteger(parsed["loom"])) return "it is no header of a Loom log: it names no format version"
  if ((parsed["loom"] as number) > FORMAT) return parsed as unknown as Header
  return typeof parsed["session"] === "string" ? (parsed as unknown as Header) : "it names no session"
}

export const newerFormat = (header: Header): string =>
  `the log was written in format ${header.loom} by ${header.build ?? "a newer Loom"}; this one reads up to ${FORMAT}, update it`

export const catalogueHash = (tools: SessionOpened["tools"]): string => hash("sha256", JSON.stringify(tools))

export const parsedObject = (line: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    // Not JSON: the caller says so, with the number of the line.
    return null
  }
}
