import * as Effect from "effect/Effect"
import type { Emit } from "../../../src/effects/emit.ts"
import { MACHINE_VERSION } from "../../../src/machine/behaviour.ts"
import type { SessionOpened } from "../../../src/machine/event.ts"
import type { Limits, ToolDefinition } from "../../../src/machine/session.ts"
import { fileEdit } from "../../../src/effects/tools/file-edit.ts"
import { fileRead } from "../../../src/effects/tools/file-read.ts"
import { fileWrite } from "../../../src/effects/tools/file-write.ts"
import { toolDefinitions } from "../../../src/effects/tools/registry.ts"
import type { Tool } from "../../../src/effects/tools/tool.ts"
import { isObject } from "../../support/model-server/shape.ts"
import { Broken } from "../harness/world.ts"
import { emptyFolder } from "./folder.ts"
import { diskOf, type Disk } from "./disk.ts"
import type { HookWord, Move, Plan, Reply, RoomFault, Speech } from "./plan.ts"
import { promisesOf, type Promises, type Said } from "./promises.ts"
import { keptOf, type Kept } from "./rooms.ts"
import { postOf, type Post } from "./rumours.ts"
import { timeFrom, type Time } from "./time.ts"
import { simulatedTools } from "./tools.ts"
import { count, watchOf, type Watch } from "./watch.ts"
import { wireTo } from "./wire.ts"

/** Everything around a simulated session, over all its processes: what is still to happen, and what was seen. */
export interface World {
  readonly plan: Plan
  readonly opened: SessionOpened
  readonly disk: Disk
  readonly kept: Kept
  readonly post: Post
  readonly watch: Watch
  readonly promises: Promises
  readonly tools: readonly Tool[]
  readonly send: typeof fetch
  /** How often each thing went wrong, or was done by the person. */
  readonly happenings: ReadonlyMap<string, number>
  /** What became of the world, line by line. */
  readonly trace: readonly string[]
  readonly time: () => Time
  readonly begin: (time: Time) => void
  readonly nextMove: () => Move | null
  readonly moveDone: () => void
  readonly nextReply: () => Reply
  readonly nextCheckpoint: () => RoomFault
  readonly nextHookWord: () => HookWord
  /** Whether the call of this effect is at work. */
  readonly isRunning: (effect: number) => boolean
  /** How many changes were made to the files. */
  readonly changes: () => number
  readonly happened: (what: string) => void
  readonly crash: () => void
  /** A law does not hold: nothing more happens. */
  readonly fail: (error: unknown) => void
  readonly broken: () => Broken | null
  /** From now on everybody is fair, so that the session must come to rest. */
  readonly mend: () => void
  readonly isFair: () => boolean
  /** The way into the inbox of the process that lives now. */
  emit: Emit | null
}

/** When the simulated world begins. Units: ms since the epoch. */
export const EPOCH_MS = 1_767_225_600_000

export const LIMITS: Limits = { stepsMax: 20, tokensMax: null, costMax: null, attemptsMax: 3, toolsParallelMax: 4, outputTokensMax: 1000, windowTokensMax: null }

export const MODELS: readonly string[] = ["anthropic:claude-sonnet-5-5", "openai:gpt-6-sol", "openai-compatible:local"]

/** The workspace that the log names where no tool works on real files; there is nothing. */
const NOWHERE = "/simulated"

export const worldOf = (plan: Plan): World => {
  const happenings = new Map<string, number>()
  const trace: string[] = []
  let time = timeFrom(EPOCH_MS)
  let broken: Broken | null = null
  let fair = false
  let changes = 0
  const started = new Set<string>()
  const running = new Map<number, string>()
  let said: Said | null = null
  const used = { moves: 0, answers: 0, approvals: 0, checkpoints: 0, keepers: 0, hooks: 0 }

  const happened = (what: string): void => {
    trace.push(`${time.now()} ${what}`)
    count(happenings, what.replace(/ \S*\d\S*/g, ""))
  }
  const fail = (error: unknown): void => {
    broken ??= error instanceof Broken ? error : new Broken("total", "nothing in the runtime breaks", error instanceof Error ? (error.stack ?? error.message) : String(error))
    time.kill()
  }
  const crash = (): void => {
    trace.push(`${time.now()} the process dies`)
    time.kill()
  }
  const root = plan.setting.files ? emptyFolder() : NOWHERE
  const simulated = simulatedTools({
    started: (token, changing, marker) => {
      trace.push(`${time.now()} ${marker} starts ${token}`)
      running.set(Number(marker.split(":")[1]), token)
      if (!changing) return
      if (started.has(token)) fail(new Broken("28", "no call that may change something starts twice", `${token} did`))
      started.add(token)
      changes++
    },
    ended: (marker, token) => {
      trace.push(`${time.now()} ${marker} ends ${token}`)
      running.delete(Number(marker.split(":")[1]))
    },
    happened
  })
  const tools = plan.setting.files ? [...simulated, ...FILE_TOOLS] : simulated
  const opened = openedBy(plan, tools, root)
  const disk = diskOf(plan.disk, { happened, dies: crash })
  const watch = watchOf(opened, disk.events)
  const post = postOf(plan.rumours, happened)
  const nextFault = (of: "checkpoints" | "keepers") => (): RoomFault => {
    const fault = fair ? "well" : (plan[of][used[of]++] ?? "well")
    if (fault !== "well") happened(`${of} ${fault}`)
    return fault
  }
  return {
    plan,
    opened,
    disk,
    kept: Effect.runSync(keptOf(nextFault("keepers"))),
    post,
    watch,
    promises: promisesOf({ said: () => said, isRunning: (effect) => running.has(effect), exact: plan.rumours.length === 0, fail }),
    tools,
    send: wireTo({
      speech: () => {
        const speech = fair ? DONE : (plan.answers[used.answers++] ?? DONE)
        if (speech.answer.blocks.some((block) => block.type === "tool-call" && !isObjectJson(block.arguments))) happened("malformed tool JSON")
        return speech
      },
      refused: (why) => fail(new Broken("20", "only requests that a provider accepts are sent", why)),
      happened,
      sent: (now) => void (said = now)
    }),
    happenings,
    trace,
    time: () => time,
    begin: (next) => {
      time = next
      running.clear()
    },
    nextMove: () => plan.moves[used.moves] ?? null,
    moveDone: () => void used.moves++,
    nextReply: () => (fair ? YES : (plan.approvals[used.approvals++] ?? YES)),
    nextCheckpoint: nextFault("checkpoints"),
    nextHookWord: () => (fair ? "nothing" : (plan.hooks[used.hooks++] ?? "nothing")),
    isRunning: (effect) => running.has(effect),
    changes: () => changes,
    happened,
    crash,
    fail,
    broken: () => broken,
    mend: () => {
      fair = true
      disk.mend()
      post.mend()
    },
    isFair: () => fair,
    emit: null
  }
}

const isObjectJson = (json: string): boolean => {
  try {
    return isObject(JSON.parse(json))
  } catch {
    // That is what is asked.
    return false
  }
}

const DONE: Speech = { answer: { blocks: [{ type: "text", text: "done" }] }, startMs: 1, gapMs: 0, chunkBytes: 65_536, fault: null }
const YES: Reply = { afterMs: 50, answer: "once" }

const FILE_TOOLS: readonly Tool[] = [fileRead as Tool, fileWrite as Tool, fileEdit as Tool]

/** The same in every world with as many tools. */
const definitionsByCount = new Map<number, readonly ToolDefinition[]>()

const definitionsOf = (tools: readonly Tool[]): readonly ToolDefinition[] => {
  const definitions = definitionsByCount.get(tools.length) ?? toolDefinitions(tools)
  definitionsByCount.set(tools.length, definitions)
  return definitions
}

const openedBy = ({ seed, setting }: Plan, tools: readonly Tool[], root: string): SessionOpened => ({
  type: "SessionOpened",
  at: EPOCH_MS,
  session: "simulated",
  machine: MACHINE_VERSION,
  seed,
  system: "You are simulated.",
  tools: definitionsOf(tools),
  rules: setting.rules,
  roots: [root],
  modelsByName: Object.fromEntries(MODELS.map((model, index) => [model, { windowTokens: 200_000, outputTokensMax: 4096, images: index < 2, priced: index < 2 }])),
  settings: { model: setting.model, mode: setting.mode, attended: setting.attended, limits: { ...LIMITS, ...setting.limits } }
})
