import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { isNotBegun, runProcess, type Ended } from "../../../../src/effects/os/process.ts"
import { layerSandbox, Sandbox, sandboxState, type SandboxState, type SandboxWish } from "../../../../src/effects/os/sandbox.ts"
import { PROGRAMS } from "../../../../src/effects/os/sandbox/bubblewrap.ts"
import type { Problem } from "../../../../src/effects/os/problem.ts"
import type { Folder } from "../folder.ts"

export const WISH: SandboxWish = { mode: "auto", network: "off", hosts: [], keepVariables: [], alsoWritable: [] }

export const here: SandboxState = await Effect.runPromise(sandboxState(WISH))

/** Where the sandbox does not work, its tests are counted as skipped; a missing program is a fault where tests decide whether work lands. */
export const noSandbox = here.name === "off"
if (noSandbox && process.env["CI"] !== undefined) expect(PROGRAMS.some(existsSync)).toBe(true)

/** A person's machine in a folder: a workspace, a home, things beside them. */
export interface Scene {
  readonly folder: Folder
  readonly work: string
  readonly home: string
  readonly beside: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export const sceneIn = (folder: Folder): Scene => {
  const [work, home, beside] = ["work place", "home", "beside"].map(folder.directory) as [string, string, string]
  folder.directory("tmp")
  return {
    folder,
    work,
    home,
    beside,
    environment: {
      PATH: process.env["PATH"],
      HOME: home,
      WORK: work,
      OUT: beside,
      NODE: process.execPath,
      GIT_AUTHOR_NAME: "T",
      GIT_AUTHOR_EMAIL: "t@example.invalid",
      GIT_COMMITTER_NAME: "T",
      GIT_COMMITTER_EMAIL: "t@example.invalid"
    }
  }
}

export interface Ran {
  readonly ended: Ended
  readonly said: string
  readonly setAside: readonly string[]
}

interface How {
  readonly wish?: Partial<SandboxWish>
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly roots?: readonly string[]
  readonly timeoutMs?: number
  readonly marker?: string
  readonly programs?: readonly string[]
}

/** As the tools do it: what was to be covered may be gone by then, as a socket of another test. */
export const AGAIN = { times: 1, while: isNotBegun }

let runs = 0

/** Runs a line of a shell as the tools do, in the sandbox or without. */
export const run = (scene: Scene, line: string, place: "inside" | "outside", how: How = {}): Promise<Ran> => Effect.runPromise(running(scene, line, place, how))

export const running = (scene: Scene, line: string, place: "inside" | "outside", how: How = {}): Effect.Effect<Ran, Problem> => {
  const { wish = {}, roots = [scene.work], timeoutMs = 20_000, marker = `sandbox-test-${process.pid}:${++runs}`, programs } = how
  const environment = { ...scene.environment, ...how.environment }
  const work = Effect.gen(function*() {
    const sandbox = yield* Sandbox
    const { start, statusFrom, after } = yield* sandbox.enclose({ file: "/bin/sh", arguments: ["-c", line], cwd: roots[0] as string, environment })
    let said = ""
    const ended = yield* runProcess({ ...start, statusFrom, timeoutMs, marker, hear: (_, bytes) => void (said += bytes.toString()) })
    return { ended, said, setAside: after() }
  })
  const layer = layerSandbox(place === "inside" ? { ...WISH, ...wish } : { ...WISH, mode: "off" }, placeOf(scene, roots, environment), programs)
  return Effect.provide(Effect.retry(work, AGAIN), layer)
}

export const placeOf = (scene: Scene, roots: readonly string[], environment: Scene["environment"]) => ({
  roots,
  session: "sandbox-test",
  environment,
  own: [join(scene.home, "loom")],
  dataDirectory: join(scene.home, "loom", "data"),
  temporaryPlace: scene.folder.path("tmp")
})
