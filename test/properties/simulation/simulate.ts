import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Event } from "../../../src/machine/event.ts"
import { replay } from "../../../src/machine/replay.ts"
import { EventLog, type Row } from "../../../src/runtime/event-log/event-log.ts"
import { makeBlocks } from "../../../src/runtime/event-log/scan.ts"
import type { MemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import { makeVerifier } from "../../../src/runtime/replay/verifier.ts"
import { Broken } from "../harness/world.ts"
import { tornFiles } from "./folder.ts"
import type { Plan } from "./plan.ts"
import { processOf } from "./process.ts"
import { randomOf } from "./random.ts"
import { inTime, timeFrom } from "./time.ts"
import { forgetConnections } from "./wire.ts"
import { isSame } from "./watch.ts"
import { EPOCH_MS, worldOf, type World } from "./world.ts"

/** What came of a plan. */
export interface Simulated {
  /** The law that does not hold; `null` where all do. */
  readonly broken: Broken | null
  /** Every event that was heard, also what no disk has. */
  readonly known: readonly Event[]
  /** What became of the world, line by line. */
  readonly trace: readonly string[]
  readonly processes: number
  readonly cells: ReadonlyMap<string, number>
  readonly happenings: ReadonlyMap<string, number>
  /** Hash of the log's bytes and of all that happened in the world. */
  readonly hash: string
  /** The session as a log; empty where it did not come so far. */
  readonly log: string
}

/** After so many processes everybody is fair. */
const PROCESSES_MAX = 12

/** A session that lasts longer than this does not settle. Units: ms. */
const LIFE_MAX_MS = 30 * 24 * 3_600_000

/** Runs a plan in a world of its own. */
export const simulate = async (plan: Plan): Promise<Simulated> => {
  const world = worldOf(plan)
  const random = randomOf(plan.seed)
  let processes = 0
  let now = EPOCH_MS
  for (let isOver = false; !isOver && world.broken() === null; ) {
    if (++processes === PROCESSES_MAX) world.mend()
    if (processes > PROCESSES_MAX + 3) world.fail(new Broken("23", "a fair environment settles in a resting state", "it begins again and again"))
    else isOver = await liveOnce(world, now, () => random.below(1_000_000) / 1_000_000)
    // Somebody notices and starts it again.
    now = world.time().now() + 1_000
  }
  const log = world.broken() === null ? judged(world) : ""
  return {
    broken: world.broken(),
    known: world.watch.events(),
    trace: world.trace,
    processes,
    cells: world.watch.cells,
    happenings: world.happenings,
    hash: createHash("sha256").update(`${world.trace.join("\n")}\n${log}`).digest("hex"),
    log
  }
}

/** One process, from its start to its end or to its death. Whether the session is over for good. */
const liveOnce = async (world: World, startMs: number, random: () => number): Promise<boolean> => {
  const time = timeFrom(startMs)
  world.begin(time)
  let exit: Exit.Exit<void> | null = null
  await inTime(time, random, async () => {
    const fiber = Effect.runFork(processOf(world), { scheduler: time.scheduler })
    fiber.addObserver((ended) => void (exit = ended))
    const how = await time.run(() => exit !== null, startMs + LIFE_MAX_MS)
    if (how === "killed") world.disk.crash()
    if (how === "idle" || how === "late") world.fail(new Broken("23", "a fair environment settles in a resting state", `it is ${how}`))
  })
  forgetConnections()
  const state = world.watch.state()
  return exit !== null && world.isFair() && state.name === "ShuttingDown" && state.drained
}

/** The whole log is read again by others: it verifies, and replays to what was live. */
const judged = (world: World): string => {
  const { store } = world.disk
  const text = Effect.runSync(
    Effect.scoped(
      Effect.flatMap(Layer.build(EventLog.layerMemory(store as MemoryStore, "simulated")), (context) => {
        const log = Context.get(context, EventLog)
        return Effect.map(Effect.all([Stream.mkString(log.text(world.opened.session)), Stream.runCollect(log.read(world.opened.session))]), ([text, rows]) => {
          judge(world, () => world.watch.found(rows))
          judge(world, () => onceEach(rows))
          judge(world, () => untorn(world))
          if (!isSame(replay(rows.map(({ event }) => event)), world.watch.state())) world.fail(new Broken("1", "replay gives the live state", "it does not"))
          return text
        })
      })
    )
  )
  const { verdict, message } = verdictOf(text)
  if (verdict !== "exact") world.fail(new Broken("LOG-12", "the log verifies", message))
  return text
}

/** By the log, too, no call that may change something starts twice. */
const onceEach = (rows: readonly Row[]): void => {
  const started = new Set<string>()
  for (const { actions } of rows) {
    for (const { call, changes } of actions.flatMap((action) => (action.type === "ExecuteTools" ? action.calls : []))) {
      if (changes && started.has(call.id)) throw new Broken("28", "no call that may change something starts twice", `${call.id} did, by the log`)
      started.add(call.id)
    }
  }
}

/** Pieces of a call that come late or twice make another text of it; then the lines of a file may differ. */
const untorn = ({ plan, opened }: World): void => {
  const torn = plan.setting.files && plan.rumours.length === 0 ? tornFiles(opened.roots[0] as string) : []
  if (torn.length > 0) throw new Broken("tools", "a file that is written is whole", torn.join(", "))
}

const judge = (world: World, check: () => void): void => {
  try {
    check()
  } catch (error) {
    world.fail(error)
  }
}

const verdictOf = (text: string) => {
  const verifier = makeVerifier()
  const pieces = makeBlocks()
  for (const block of pieces.blocks(text)) verifier.take(block)
  verifier.take(pieces.rest())
  return verifier.verdict()
}
