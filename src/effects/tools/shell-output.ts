import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Background, BackgroundCommand } from "./background.ts"
import { problem, type Problem } from "../os/problem.ts"
import { excerptOf } from "./output.ts"
import { howEnded } from "./run-and-tell.ts"
import { counted } from "./text.ts"
import { told, type Tool } from "./tool.ts"

const WAIT_MS_MAX = 60_000
/** More output than this is shown by its head and tail. */
const SHOWN_BYTES_MAX = 30_000

const Input = Schema.Struct({
  id: Schema.String,
  wait_ms: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: WAIT_MS_MAX }))),
  all: Schema.optionalKey(Schema.Boolean.annotate({ description: "from its beginning" }))
})
type Input = typeof Input.Type

/** `shell_output({id: "bg12", wait_ms: 5000})  // => "bg12 runs since 5 s\nlistening on 3000\n"` */
export const shellOutput: Tool<Input> = {
  name: "shell_output",
  summary: "what a background command said",
  description: "New output of a background command and whether it runs. wait_ms: wait for some, at most 60,000.",
  input: Input,
  access: "reads",
  idempotent: false,
  limits: "30 kB, head and tail of more; of each command 1 MB is kept; waits at most 60 s",
  facts: () => ({ changes: false }),
  run: Effect.fnUntraced(function*({ id, wait_ms: waitMs = 0, all = false }, { background }) {
    const command = yield* named(id, background)
    if (waitMs > 0) yield* Effect.timeoutOption(command.heard, waitMs)
    return told(yield* tellNow(command, all))
  })
}

/** Errors: fails with a `Problem` that says which there are. */
export const named = (id: string, { all }: Background["Service"]): Effect.Effect<BackgroundCommand, Problem> => {
  const found = all().find((command) => command.id === id)
  if (found !== undefined) return Effect.succeed(found)
  const there = all().map((command) => `${command.id} (${command.ended() === null ? "runs" : "ended"})`)
  return Effect.fail(
    problem(
      `there is no background command ${id} in this process; one that another process started ended with it; there ${there.length === 0 ? "are none" : `is ${there.join(", ")}`}`
    )
  )
}

/** Whether it runs, and what it said that was not told yet. */
export const tellNow = (command: BackgroundCommand, all: boolean): Effect.Effect<string> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const said = command.said(now, all)
    const text = excerptOf(said, SHOWN_BYTES_MAX, (leftOut) => `${counted(leftOut, "byte")} left out here`)
    return `${stateOf(command, now)}\n${text === "" ? "(nothing new)" : text}`
  })

const stateOf = ({ id, since, ended }: BackgroundCommand, now: number): string => {
  const end = ended()
  if (end === null) return `${id} runs since ${seconds(now - since)}`
  const after = `, after ${seconds(end.at - since)}`
  switch (end.how) {
    case "stopped":
      return `${id} was stopped${after}`
    case "failed":
      return `${id} could not be started: ${end.message}`
    case "exited":
    case "killed":
    case "timed-out":
      return `${id} ended: ${howEnded(end, end.at - since)}${after}`
  }
}

const seconds = (ms: number): string => `${ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`
