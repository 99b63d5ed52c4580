import type { Event } from "../../../../src/machine/event.ts"
import { offloadThreshold, requestTokens } from "../../../../src/machine/policy/offload.ts"
import type { Entry, Opened, Part, Session, Window } from "../../../../src/machine/session.ts"
import { at } from "../../../../src/machine/vector.ts"
import { newEntries } from "../shadow.ts"
import type { Edge, EdgeLaw } from "../world.ts"

/** Laws about what the model sees of the transcript. */
export const windowLaws: readonly EdgeLaw[] = [
  {
    id: "33",
    words: "the window never parts a call from its result; closed turns leave whole, oldest first",
    broken: ({ after, actions }) => {
      const offload = actions.find((action) => action.type === "OffloadContext")
      if (offload === undefined) return null
      const { from, to } = offload
      if (from !== after.session.window.base) return `it leaves from ${from}, the window begins at ${after.session.window.base}`
      if (to <= from || to >= after.session.transcript.length) return `entries ${from} to ${to} of ${after.session.transcript.length} leave`
      return mayBegin(after.session, to) ? null : `the window would begin at entry ${to}, ${at(after.session.transcript, to).type} in the midst of a turn or step`
    }
  },
  {
    id: "33",
    words: "the window moves exactly when what left it is stored, and its marker names the keeper and repeats the request",
    broken: (edge) => {
      const { before, event, after } = edge
      const [old, now] = [before.session.window, after.session.window]
      const moved = event.type === "ContextOffloaded" && edge.outcome === "ok" && event.ok && event.keeper !== undefined
      if (!moved) return old.base === now.base && old.marker === now.marker ? null : "it moved without an offload"
      return markerComplaint(edge, old, now, event.keeper)
    }
  },
  {
    id: "33",
    words: "the weight of the window is the weight of what is in it",
    broken: ({ before, after }) => {
      const [old, now] = [before.session.window, after.session.window]
      const entries = newEntries(before, after)
      const wrong = entries.find((entry) => entry.bytes !== weightOf(entry))
      if (wrong !== undefined) return `an entry of ${weightOf(wrong)} bytes is said to have ${wrong.bytes}: ${JSON.stringify(wrong)}`
      const expected = old.base === now.base ? old.bytes + entries.reduce((sum, { bytes }) => sum + bytes, 0) : wholeWeight(after.session)
      return now.bytes === expected ? null : `it is said to have ${now.bytes} bytes, it has ${expected}`
    }
  },
  {
    id: "33",
    words: "the window passes its threshold only where nothing more could be offloaded",
    broken: ({ event, after, knows, known, request }) => {
      if (request === null || event.type === "SessionResumed" || known.offloadFailed || failedNow(event)) return null
      const { session } = after
      if (requestTokens(session) <= offloadThreshold(session)) return null
      const cut = firstCut(session)
      return cut === null ? null : `${requestTokens(session)} tokens leave, ${offloadThreshold(session)} may; entries up to ${cut} could be offloaded (${knows.offloadFor})`
    }
  },
  {
    id: "33",
    words: "the prefix is stable: the blocks of a request begin with those of the one before, unless offloading or settings changed it",
    broken: ({ known, knows, before, event, after, outcome }) => {
      if (outcome === "ok" && otherOpening(before.session.opened, after.session.opened, event)) return "the system text or the tools changed"
      const [old, now] = [known.sent, knows.sent]
      if (old === null || now === null || old === now || old.setting !== now.setting) return null
      const wrong = old.blocks.findIndex((block, index) => now.blocks[index] !== block)
      return wrong < 0 ? null : `block ${wrong} was ${old.blocks[wrong]} and is ${now.blocks[wrong] ?? "gone"}`
    }
  },
  {
    id: "23",
    words: "offloading ends: what failed is not tried again for the same call, and never without anything to offload",
    broken: ({ event, actions, known }) => {
      if (!actions.some((action) => action.type === "OffloadContext") || event.type === "SessionResumed") return null
      return failedNow(event) || (known.offloadFailed && event.type === "ContextOffloaded") ? "it is tried again" : null
    }
  },
  {
    id: "rule 8",
    words: "once offloading failed the call goes out as it is; only what an overflow asked for gives up",
    broken: ({ event, outcome, after, known, before }) => {
      if (outcome !== "ok" || !failedNow(event) || known.offloadFor === "person") return null
      if (known.offloadFor === "overflow") return after.name === "Error" ? null : `an overflow that could not be offloaded went on to ${after.name}`
      return after.name === "CallingLlm" && after.call.stage.name === "streaming" ? null : `the call of ${before.session.step} steps went to ${after.name}`
    }
  },
  {
    id: "rule 8",
    words: "a person who frees the window is told how many messages left it, and how much became free",
    broken: ({ event, outcome, before, after, actions, known }) => {
      if (event.type !== "ContextOffloaded" || outcome !== "ok" || failedNow(event) || known.offloadFor !== "person") return null
      const said = actions.flatMap((action) => (action.type === "DisplayMessage" ? [action.text] : []))
      const messages = after.session.window.base - before.session.window.base
      const queued = newEntries(before, after).reduce((sum, { bytes }) => sum + bytes, 0)
      const { window } = after.session
      const freed = requestTokens(before.session) - requestTokens({ ...after.session, window: { ...window, bytes: window.bytes - queued } })
      const due = freed > 0 ? [`about ${freed} tokens`, `${messages} messages`] : [`${messages} messages`, "no smaller"]
      return said.some((text) => due.every((words) => text.includes(words))) ? null : `${freed} tokens of ${messages} messages are free, it says ${JSON.stringify(said)}`
    }
  },
  {
    id: "rule 8",
    words: "what came back as too long offloads once a step and goes on; a second time, or with nothing to offload, it is permanent",
    broken: ({ event, outcome, actions, after, known, before }) => {
      if (event.type !== "LlmFailed" || event.failure !== "overflow" || outcome !== "ok") return null
      const offloads = actions.some((action) => action.type === "OffloadContext")
      if (offloads) return known.overflowed ? "it offloads a second time" : null
      if (after.name !== "Error" || after.retry !== null) return `it went on to ${after.name} as it was`
      const cut = known.overflowed ? null : firstCut(before.session)
      return cut === null ? null : `it gave up, but entries up to ${cut} could be offloaded`
    }
  }
]

const READERS: readonly string[] = ["context_search", "context_read"]

const failedNow = (event: Edge["event"]): boolean => event.type === "ContextOffloaded" && (!event.ok || event.keeper === undefined)

/** A turn begins here, or a step of the latest that said something: never a result, whose call would be left behind. */
const mayBegin = ({ transcript }: Session, index: number): boolean => {
  const entry = at(transcript, index)
  if (entry.type === "results") return false
  return entry.turn !== at(transcript, index - 1).turn || (entry.type === "assistant" && entry.turn === at(transcript, transcript.length - 1).turn)
}

/** What a session was opened with stays; the rules alone are replaced, by settings that bring others. */
const otherOpening = (before: Opened, after: Opened, event: Event): boolean => {
  if (event.type !== "SettingsChanged" || event.rules === undefined) return after !== before
  return after.system !== before.system || after.tools !== before.tools || after.roots !== before.roots || after.bytes !== before.bytes || after.rules !== event.rules
}

/** Where the window could begin next; `null` where nothing can leave it. */
export const firstCut = (session: Session): number | null => {
  for (let index = session.window.base + 1; index < session.transcript.length; index++) if (mayBegin(session, index)) return index
  return null
}

const markerComplaint = ({ before, after }: Edge, old: Window, now: Window, keeper: string): string | null => {
  const { marker } = now
  const stage = before.name === "CallingLlm" ? before.call.stage : null
  if (stage?.name === "offloading" && now.base !== stage.to) return `it begins at ${now.base}, entries up to ${stage.to} were stored`
  if (marker === null) return "it has no marker"
  if (marker.keepers.join("\n") !== [...(old.marker?.keepers ?? []), keeper].join("\n")) return `it names ${marker.keepers.join()}, ${keeper} was added`
  if (marker.entries !== now.base) return `its marker speaks of ${marker.entries} entries, ${now.base} left`
  if (!marker.text.includes(keeper)) return "its words do not name the keeper"
  const readable = READERS.every((reader) => after.session.opened.tools.some(({ name }) => name === reader))
  if (READERS.some((reader) => marker.text.split("\n", 1)[0]!.includes(reader) !== readable)) return `its words ${readable ? "do not name" : "name"} what reads the keeper`
  const request = firstWords(after.session)
  return request === null || marker.text.includes(request) ? null : `its words do not repeat ${JSON.stringify(request)}`
}

/** The beginning of the words that the work began with which the window now begins within: turns without words of their own go on with it. */
const firstWords = ({ transcript, window }: Session): string | null => {
  const spoken = (index: number): boolean => at(transcript, index).type === "user" && (index === 0 || at(transcript, index - 1).turn !== at(transcript, index).turn)
  if (window.base >= transcript.length || spoken(window.base)) return null
  let index = window.base - 1
  while (index >= 0 && !spoken(index)) index--
  const entry = index < 0 ? undefined : at(transcript, index)
  const text = entry?.type === "user" ? entry.parts.find((part) => part.type === "text") : undefined
  return text?.type === "text" && text.text !== "" ? text.text.slice(0, 500) : null
}

const IMAGE_WEIGHT = 6000

const bytesIn = (text: string): number => Buffer.byteLength(text, "utf8")

const partsWeight = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + (part.type === "text" ? bytesIn(part.text) : IMAGE_WEIGHT), 0)

const weightOf = (entry: Entry): number => {
  switch (entry.type) {
    case "user":
      return partsWeight(entry.parts)
    case "note":
      return bytesIn(entry.text)
    case "results":
      return entry.results.reduce((sum, { parts }) => sum + partsWeight(parts), 0)
    case "assistant":
      return entry.blocks.reduce((sum, block) => {
        if (block.type === "tool-call") return sum + bytesIn(block.name) + bytesIn(block.arguments)
        if (block.type === "text") return sum + bytesIn(block.text)
        return block.signature === null ? sum : sum + bytesIn(block.text) + bytesIn(block.signature)
      }, 0)
  }
}

const wholeWeight = ({ transcript, window }: Session): number => {
  let sum = window.marker === null ? 0 : bytesIn(window.marker.text)
  for (let index = window.base; index < transcript.length; index++) sum += weightOf(at(transcript, index))
  return sum
}
