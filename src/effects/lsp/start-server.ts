import type { Writable } from "node:stream"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { problemOf } from "../os/problem.ts"
import { runProcess } from "../os/process.ts"
import { clientOf, type Client } from "./client.ts"
import { connect, loadWire } from "./connection.ts"
import { serverEnvironment } from "./environment.ts"
import { keyOf, type Found } from "./found.ts"
import type { LanguageServersOptions } from "./language-servers.ts"

/** A server that was started. */
export interface Running {
  readonly key: string
  readonly client: Client
  /** Whether it can be asked, once that is known. */
  readonly begun: Promise<boolean>
  readonly isReady: () => boolean
  /** Why it runs no more; `null` while it does. */
  readonly fault: () => string | null
  /** Asks it to end, and kills it with all it started where it does not. */
  readonly end: Effect.Effect<void>
}

/** How long one may take to end by itself. Units: ms. */
const END_MS = 200
/** So many letters of what one says to people are kept, to tell why it broke down. */
const COMPLAINT_LENGTH = 1_000
/** The longest that a timer can be set for: a server has no time of its own. Units: ms. */
const FOR_EVER_MS = 2 ** 31 - 1

/** What one leaves behind is found by its marker: no two may have the same, or the end of one would be that of the other. */
let startedCount = 0

/** Starts a server as other commands are started: in a group of its own, marked, in the sandbox where there is one. A sentence says why it could not be. */
export const startServer = Effect.fnUntraced(function*(
  found: Found,
  { session, sandbox, environment }: LanguageServersOptions,
  scope: Scope.Scope
): Effect.fn.Return<Running | string> {
  const { server, program, root } = found
  const wire = yield* Effect.promise(loadWire)
  const spoken = Promise.withResolvers<Client | null>()
  const begun = Promise.withResolvers<boolean>()
  let fault: string | null = null
  let complaint = ""
  let ready = false
  let hearing: (bytes: Buffer) => void = () => {}
  let hangUp = (): void => {}
  let speaking: Client | null = null
  const broken = (why: string): void => {
    if (fault === null) fault = why
    hangUp()
    speaking?.lose()
    spoken.resolve(null)
    begun.resolve(false)
  }
  const speak = (stdin: Writable): void => {
    const client = clientOf(server, root, (ears) => {
      const connection = connect(wire, stdin, ears)
      hearing = connection.hear
      hangUp = connection.end
      return connection
    }, (why) => {
      broken(why)
      fiber?.interruptUnsafe()
    })
    speaking = client
    spoken.resolve(client)
    void client.begin().then((good) => {
      ready = good
      begun.resolve(good)
    })
  }
  const run = Effect.gen(function*() {
    const { start, statusFrom, after } = yield* sandbox().enclose({
      file: program,
      arguments: server.command.slice(1),
      cwd: root,
      environment: serverEnvironment(environment)
    })
    const hear = (stream: "stdout" | "stderr", bytes: Buffer): void => {
      if (stream === "stdout") hearing(bytes)
      else complaint = (complaint + bytes.toString("utf8")).slice(-COMPLAINT_LENGTH)
    }
    const how = yield* Effect.ensuring(
      runProcess({
        ...start,
        statusFrom,
        marker: `${session}:lsp-${server.name}-${++startedCount}`,
        timeoutMs: FOR_EVER_MS,
        input: speak,
        hear
      }),
      Effect.sync(after)
    )
    return `it ended${how.how === "exited" ? ` with exit code ${how.code}` : ""}${lineIn(complaint)}`
  })
  const watched = run.pipe(
    Effect.catchCause((cause) =>
      Effect.succeed(Cause.hasInterruptsOnly(cause) ? "it was ended" : problemOf(`start ${server.name}`, Cause.squash(cause)).message)
    ),
    Effect.map(broken)
  )
  const fiber: Fiber.Fiber<void> = yield* Effect.forkIn(watched, scope, { startImmediately: true })
  const client = yield* Effect.promise(() => spoken.promise)
  if (client === null) return fault ?? "it could not be started"
  const end = Effect.promise(() => (fault === null ? client.end(END_MS) : Promise.resolve())).pipe(
    Effect.andThen(Effect.timeoutOption(Fiber.await(fiber), END_MS)),
    Effect.andThen(Fiber.interrupt(fiber)),
    Effect.asVoid
  )
  return { key: keyOf(found), client, begun: begun.promise, isReady: () => ready && fault === null, fault: () => fault, end }
})

/** The line that speaks of an error, else the last one. */
const lineIn = (complaint: string): string => {
  const lines = complaint.split("\n").map((line) => line.trim()).filter((line) => line !== "")
  const line = lines.find((each) => /\berror\b/i.test(each)) ?? lines.at(-1)
  return line === undefined ? "" : `: ${line.slice(0, 200)}`
}
