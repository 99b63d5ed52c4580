import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { drainHooks, tellStop } from "../../../src/effects/hooks/at-rest.ts"
import { hookDesk, type HookDesk } from "../../../src/effects/hooks/desk.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { isDead } from "../../../src/effects/os/process-group.ts"
import { replay } from "../../../src/machine/replay.ts"
import type { SessionOpened } from "../../../src/machine/event.ts"
import { folder } from "../os/folder.ts"

const home = folder()

const opened: SessionOpened = {
  type: "SessionOpened",
  at: 0,
  session: `rest-${process.pid}`,
  machine: 1,
  seed: 1,
  system: "",
  tools: [],
  rules: [],
  roots: [home.root],
  modelsByName: { "scripted:x": { windowTokens: 1000, outputTokensMax: 100, images: false, priced: true } },
  settings: {
    model: "scripted:x",
    mode: "default",
    attended: false,
    limits: { stepsMax: 1, tokensMax: null, costMax: null, attemptsMax: 1, toolsParallelMax: 1, outputTokensMax: 10, windowTokensMax: null }
  }
}

test("a session that closes waits for a Stop hook, but not for one that hangs: that is ended with it, and told", async () => {
  const state = replay([opened])
  const desk = hookDesk(
    [{ event: "Stop", matcher: "", command: "echo $$ > pid; exec sleep 600", timeoutMs: 60_000, keys: [], source: "config.toml" }],
    state,
    "startup"
  ) as HookDesk
  const answers: Unstamped[] = []
  await Effect.runPromise(
    Effect.gen(function*() {
      const told = yield* Effect.forkChild(tellStop(desk, "completed", 7, state.session), { startImmediately: true })
      yield* drainHooks({ type: "Shutdown", effect: 3 }, desk, (answer) => void answers.push(answer), 500)
      yield* Fiber.interrupt(told)
      yield* drainHooks({ type: "Shutdown", effect: 4 }, desk, (answer) => void answers.push(answer), 500)
    })
  )
  expect(answers).toEqual([
    { type: "ShutdownCompleted", effect: 3, reports: ["hook Stop: still ran after 0.5 s when the session closed; ended with it"] },
    { type: "ShutdownCompleted", effect: 4 }
  ])
  expect(isDead(Number(home.text("pid")))).toBe(true)
})
