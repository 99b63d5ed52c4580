import { utf8Bytes } from "../machine/bytes.ts"
import { offloadThreshold, offloadTo, requestTokens, tokensOf } from "../machine/policy/offload.ts"
import type { Entry, Session } from "../machine/session.ts"
import { slice } from "../machine/vector.ts"
import type { Zones } from "./settings.ts"

export type ZoneName = "system" | "tools" | "rules" | "decisions" | "map" | "diagnostics" | "surroundings" | "history" | "marker"

/** A part of the window. Units: tokens, estimated as the machine estimates them. */
export interface Zone {
  readonly name: ZoneName
  readonly tokens: number
  /** What it may take at most, where a setting says so; what a session is opened with is never cut. */
  readonly tokensMax: number | null
  /** Why it is there. */
  readonly why: string
}

/** One message of the window. */
export interface WindowMessage {
  readonly number: number
  readonly type: Entry["type"]
  readonly tokens: number
}

/** What the model would see now, and how far it is from offloading. Units: tokens. */
export interface WindowReport {
  readonly session: string
  readonly model: string
  /** `null` where nothing is known of the model. */
  readonly windowTokens: number | null
  /** Of the next request. */
  readonly tokens: number
  readonly thresholdTokens: number
  /** Up to the threshold; below zero where it is passed. */
  readonly leftTokens: number
  /** Free for the answer. */
  readonly answerTokens: number
  readonly zones: readonly Zone[]
  readonly messages: readonly WindowMessage[]
  /** What would leave if it were offloaded now, as the machine would and all that can. */
  readonly wouldLeave: { readonly messages: number; readonly tokens: number }
  readonly couldLeave: { readonly messages: number; readonly tokens: number }
  /** What left already. */
  readonly left: { readonly messages: number; readonly keepers: readonly string[] }
}

export const windowReport = (session: Session, zones: Zones): WindowReport => {
  const { window, settings, transcript, tokensPerKilobyte } = session
  const facts = Object.hasOwn(session.modelsByName, settings.model) ? session.modelsByName[settings.model] : undefined
  const tokens = (bytes: number): number => tokensOf(bytes, tokensPerKilobyte)
  const leaving = (to: number) => ({
    messages: to - window.base,
    tokens: tokens(slice(transcript, window.base, to).reduce((sum, { bytes }) => sum + bytes, 0))
  })
  const whole = requestTokens(session)
  const threshold = offloadThreshold(session)
  return {
    session: session.id,
    model: settings.model,
    windowTokens: facts?.windowTokens ?? null,
    tokens: whole,
    thresholdTokens: threshold,
    leftTokens: threshold - whole,
    answerTokens: Math.max(
      settings.limits.answerTokensMin ?? 0,
      Math.min(settings.limits.outputTokensMax, facts?.outputTokensMax ?? settings.limits.outputTokensMax)
    ),
    zones: zonesOf(session, zones, tokens),
    messages: slice(transcript, window.base).map(({ type, bytes }, index) => ({ number: window.base + index, type, tokens: tokens(bytes) })),
    wouldLeave: leaving(offloadTo(session, "enough")),
    couldLeave: leaving(offloadTo(session, "all")),
    left: { messages: window.marker?.entries ?? 0, keepers: window.marker?.keepers ?? [] }
  }
}

const zonesOf = ({ opened, window, transcript }: Session, zones: Zones, tokens: (bytes: number) => number): readonly Zone[] => {
  const gathered = gatheredBytes(slice(transcript, window.base))
  const marker = window.marker === null ? 0 : utf8Bytes(window.marker.text)
  const said = window.bytes - marker - gathered.rules - gathered.decisions - gathered.map - gathered.diagnostics - gathered.surroundings
  const given: readonly (readonly [name: ZoneName, bytes: number, tokensMax: number | null, why: string])[] = [
    ["system", utf8Bytes(opened.system), zones.systemTokens, "fixed when the session was opened"],
    ["tools", utf8Bytes(JSON.stringify(opened.tools)), zones.toolsTokens, `${opened.tools.length} definitions, fixed when the session was opened`],
    ["rules", gathered.rules, zones.rulesTokens, "rules files of the workspace, said again when they change"],
    ["decisions", gathered.decisions, zones.decisionsTokens, "from the decision graph, said again when they change"],
    ["map", gathered.map, zones.mapTokens, "of the repository, said again when it changes"],
    ["diagnostics", gathered.diagnostics, null, `what language servers said unasked, at most ${zones.diagnosticsTokens} tokens a time`],
    ["surroundings", gathered.surroundings, null, "directory, git, day, and what hooks gathered"],
    ["history", said, null, `what was said since message ${window.base}`],
    ["marker", marker, null, window.marker === null ? "nothing left the window yet" : `stands for ${window.marker.entries} messages that left`]
  ]
  // Each is what it adds to those before it: so they add up to the whole, whatever is rounded.
  const upTo = (count: number): number => tokens(given.slice(0, count).reduce((sum, [, bytes]) => sum + bytes, 0))
  return given.map(([name, , tokensMax, why], index) => ({ name, tokens: upTo(index + 1) - upTo(index), tokensMax, why }))
}

type Gathered = Readonly<Record<"rules" | "decisions" | "map" | "diagnostics" | "surroundings", number>>

const ZONE_BY_TAG: Readonly<Record<string, keyof Gathered>> = {
  instructions: "rules",
  decisions: "decisions",
  "repository-map": "map",
  diagnostics: "diagnostics"
}

/** Fragments are parted by a blank line, and each begins with a tag of its own source. */
const FRAGMENT = /\n\n(?=<(?:instructions|decisions|repository-map|diagnostics|environment|git|date)\b)/

const gatheredBytes = (entries: readonly Entry[]): Gathered => {
  const bytes = { rules: 0, decisions: 0, map: 0, diagnostics: 0, surroundings: 0 }
  for (const entry of entries) {
    if (entry.type !== "note") continue
    if (entry.source === "hook") {
      bytes.rules += bytesIn(entry.text, "<instructions file=")
      bytes.diagnostics += bytesIn(entry.text, "<diagnostics>")
    }
    if (entry.source === "context")
      for (const fragment of entry.text.split(FRAGMENT))
        bytes[ZONE_BY_TAG[/^<([a-z-]+)/.exec(fragment)?.[1] ?? ""] ?? "surroundings"] += utf8Bytes(fragment)
  }
  return bytes
}

/** The rules of a folder that a batch came to, and diagnostics, stand in the note after it, behind what hooks say. */
const bytesIn = (note: string, opening: string): number =>
  note.split(FRAGMENT).reduce((bytes, fragment) => bytes + (fragment.startsWith(opening) ? utf8Bytes(fragment) : 0), 0)
