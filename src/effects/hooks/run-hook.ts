import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { runProcess, type Ended } from "../os/process.ts"
import { headBytes } from "../tools/text.ts"
import type { Hook } from "./hook.ts"

/** What became of one run of a hook. */
export interface HookRun {
  readonly ended: Ended | { readonly how: "not-started"; readonly why: string }
  readonly stdout: string
  readonly stderr: string
}

/** Where a hook is run, and for what. */
export interface HookPlace {
  readonly root: string
  /** Names the run in the environment of all it starts: `<session>:<what for>`. */
  readonly marker: string
}

/** Of each stream so much is kept; what comes after it is read and forgotten. Units: bytes. */
export const OUTPUT_BYTES_MAX = 65_536

/**
 * Runs a hook once, with `input` as JSON on its stdin. It is the person's own program: it runs outside any sandbox, with their
 * environment but for API keys. Whatever it does, this does not fail; interrupted, it and all it started have ended.
 */
export const runHook = (hook: Hook, input: object, { root, marker }: HookPlace): Effect.Effect<HookRun> =>
  Effect.suspend(() => {
    const streams = { stdout: kept(), stderr: kept() }
    const heard = (ended: HookRun["ended"]): HookRun => ({ ended, stdout: streams.stdout.text(), stderr: streams.stderr.text() })
    return Effect.map(
      runProcess({
        file: "/bin/sh",
        arguments: ["-c", hook.command],
        cwd: root,
        environment: hookEnvironment(process.env, hook, root),
        marker,
        timeoutMs: hook.timeoutMs,
        input: `${JSON.stringify(input)}\n`,
        hear: (stream, bytes) => streams[stream].add(bytes)
      }),
      heard
    ).pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.sync(() => heard({ how: "not-started", why: wordsOf(Cause.squash(cause)) }))
      )
    )
  })

/** What runs the person's programs; a simulated world has programs of its own. */
export const HookPrograms = Context.Reference<typeof runHook>("loom/HookPrograms", { defaultValue: () => runHook })

/** The beginning of what comes, in bounded memory. */
const kept = (): { readonly add: (bytes: Buffer) => void; readonly text: () => string } => {
  const pieces: Buffer[] = []
  let size = 0
  return {
    add: (bytes) => {
      const piece = bytes.subarray(0, OUTPUT_BYTES_MAX - size)
      size += piece.length
      if (piece.length > 0) pieces.push(piece)
    },
    text: () => headBytes(Buffer.concat(pieces), size < OUTPUT_BYTES_MAX ? size : OUTPUT_BYTES_MAX - 1).toString("utf8")
  }
}

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

type Environment = Readonly<Record<string, string | undefined>>

/** The person's environment without the keys to models, and with the folder of the workspace under both its names. */
export const hookEnvironment = (environment: Environment, { keys }: Hook, root: string): Environment => ({
  ...Object.fromEntries(Object.entries(environment).filter(([name]) => !API_KEY.test(name) || keys.includes(name))),
  LOOM_PROJECT_DIR: root,
  CLAUDE_PROJECT_DIR: root
})

const API_KEY = /API_?KEY$|^ANTHROPIC_AUTH_TOKEN$/i
