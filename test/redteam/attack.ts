import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { ActionOf } from "../../src/machine/action.ts"
import type { State } from "../../src/machine/state.ts"
import { slice } from "../../src/machine/vector.ts"
import type { ScriptedAnswer, ScriptedBlock } from "../../src/effects/llm/script.ts"
import { questionLines } from "../../src/interfaces/view/question.ts"
import { printer } from "../../src/interfaces/view/printer.ts"
import { openApp } from "../../src/runtime/app.ts"
import type { Said } from "../../src/runtime/session.ts"
import type { Recorded } from "../../src/runtime/recorded.ts"
import type { Layer as SettingsLayer } from "../../src/runtime/settings.ts"
import { differences, everythingIn, makeArena, processesOf, type Arena, type Canary } from "./arena.ts"

/** Something that somebody tries, and what must not come of it. */
export interface Attack {
  readonly name: string
  /** What the attacker has put into the repository before. */
  readonly prepare?: (arena: Arena) => void
  /** What the model asks for, led astray: one answer after the other. */
  readonly asks: (arena: Arena) => readonly (ScriptedAnswer | readonly ScriptedAnswer[])[]
  /** Who sits there: nobody (left out), or a person who says no, or who lets some questions pass. */
  readonly person?: (asked: ActionOf<"RequestApproval">, arena: Arena) => Answering
  /** The agent's own directory lies in the workspace. */
  readonly loomInside?: true
  /** Without a word here no map is read: it would be the same repository each time. */
  readonly settings?: SettingsLayer
  /** What the person said; they meant no harm. */
  readonly words?: string
  /** Paths that the person wanted changed. */
  readonly wanted?: readonly string[]
  /** How the turn ends, if not as usual. */
  readonly ends?: "interrupted"
  /** What else holds afterwards. */
  readonly then?: (fight: Fight, arena: Arena) => void
}

/** How a person, or who sits on the wire between, answers. */
export type Answering = "yes" | "no" | "yes, again and again" | "no, then yes" | "interrupts, then yes"

/** What became of an attack. */
export interface Fight {
  readonly results: readonly { readonly status: string; readonly text: string }[]
  /** What the person was asked, as it stood on their screen. */
  readonly asked: readonly string[]
  readonly state: State
  /** Each must be empty. */
  readonly changed: readonly string[]
  readonly heard: readonly string[]
  readonly alive: readonly string[]
}

export const call = (name: string, given: Readonly<Record<string, unknown>> | string): ScriptedBlock => ({ type: "tool-call", name, arguments: given })
export const asks = (...blocks: readonly ScriptedBlock[]): ScriptedAnswer => ({ blocks })
export const shell = (command: string, more: object = {}): ScriptedAnswer => asks(call("shell", { command, ...more }))
export const no = (): "no" => "no"
export const yes = (): "yes" => "yes"

/** A real session from the first word to the end of its process's part in it. */
export const fight = async (attack: Attack, canary: Canary): Promise<Fight & { readonly arena: Arena }> => {
  const arena = makeArena(canary, attack.loomInside)
  attack.prepare?.(arena)
  const script = join(arena.home, "..", "script.json")
  writeFileSync(script, JSON.stringify({ chunkMs: 0, answers: attack.asks(arena), otherwise: { blocks: [{ type: "text", text: "done" }] } }))
  const heardBefore = canary.heard.length
  const before = everythingIn(arena)
  const held = await inHome(arena.home, () => Effect.runPromise(Effect.scoped(session(attack, arena, `scripted:${script}`))))
  const changed = differences(before, everythingIn(arena)).filter(
    (line) => !(attack.wanted ?? []).some((path) => line.startsWith(`work/${path}:`) || line.startsWith(`work/${path}/`))
  )
  return { ...held, arena, changed, heard: canary.heard.slice(heardBefore), alive: processesOf(held.state.session.id) }
}

/** Tools hand the environment of this process on. */
const inHome = async <A>(home: string, run: () => Promise<A>): Promise<A> => {
  const before = process.env["HOME"]
  process.env["HOME"] = home
  try {
    return await run()
  } finally {
    process.env["HOME"] = before
  }
}

const session = Effect.fnUntraced(function*(attack: Attack, arena: Arena, model: string) {
  const environment = { HOME: arena.home, LOOM_HOME: arena.loom, PATH: process.env["PATH"] ?? "", LOOM_MODEL: model }
  const app = yield* openApp({ environment, cwd: arena.root, flagsLayer: { zoneMapTokens: 0, ...attack.settings } })
  const held = yield* app.sessions.open({ settings: app.settings, attended: attack.person !== undefined })
  const asked: string[] = []
  const answer = (request: ActionOf<"RequestApproval">): void => {
    asked.push(screenOf(request))
    for (const event of saidBy(attack.person?.(request, arena) ?? "no", request.effect)) Effect.runFork(held.say(event))
  }
  const ended = Effect.callback<void>((resume) => {
    held.listen(({ step }: Recorded) => {
      for (const action of step.actions) if (action.type === "RequestApproval") answer(action)
      if (step.state.name === "WaitingForInput" || step.state.name === "Error") resume(Effect.void)
    })
    Effect.runFork(held.say({ type: "UserInput", parts: [{ type: "text", text: attack.words ?? "please look at this project" }] }))
  })
  yield* ended
  const state = held.state()
  yield* held.say({ type: "ShutdownRequested" })
  yield* held.ended
  return { state, asked, results: resultsOf(state) }
})

const saidBy = (answering: Answering, effect: number): readonly Said[] => {
  const [yes, no]: readonly Said[] = [{ type: "ApprovalAnswered", effect, answer: "once" }, { type: "ApprovalAnswered", effect, answer: "no" }]
  const all = { type: "ApprovalAnswered", effect, answer: "always", rules: ["shell(*)"] } as const
  switch (answering) {
    case "yes":
      return [yes!]
    case "no":
      return [no!]
    case "yes, again and again":
      return [yes!, yes!, yes!]
    case "no, then yes":
      return [no!, yes!, all, { ...all, effect: effect + 1 }]
    case "interrupts, then yes":
      return [{ type: "InterruptRequested" }, yes!, all]
  }
}

/** A question as a terminal shows it, without colours. */
const screenOf = (request: ActionOf<"RequestApproval">): string => {
  let text = ""
  printer((piece) => void (text += piece), () => ({ colour: false, columns: 80 })).show(questionLines(request))
  return text
}

const resultsOf = (state: State): Fight["results"] =>
  slice(state.session.transcript).flatMap((entry) =>
    entry.type !== "results"
      ? []
      : entry.results.map(({ status, parts }) => ({ status, text: parts.map((part) => (part.type === "text" ? part.text : "")).join("") }))
  )
