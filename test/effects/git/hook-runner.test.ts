import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "vitest"
import { AgentWork, turnCheckpoint, turnReason } from "../../../src/effects/git/agent-work.ts"
import { Checkpoints } from "../../../src/effects/git/checkpoint.ts"
import { afterTools, type AfterToolsOptions } from "../../../src/effects/git/hook-runner.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { Workspace } from "../../../src/effects/os/workspace.ts"
import type { CompletedCall } from "../../../src/machine/state.ts"
import { emptyDirectory, git, put, repositoryWith, withCheckpoints } from "./place.ts"

const call = (name: string, input: object, status: CompletedCall["status"] = "ok"): CompletedCall => ({
  call: { type: "tool-call", id: "call_1", name, arguments: JSON.stringify(input) },
  changes: true,
  status
})

const inRooms = <A, E>(root: string, data: string, run: Effect.Effect<A, E, Checkpoints | AgentWork | Workspace>): Promise<A> =>
  Effect.runPromise(
    run.pipe(
      Effect.provide(
        AgentWork.layer.pipe(
          Layer.provideMerge(Checkpoints.layerShadow({ root, dataDirectory: data })),
          Layer.provideMerge(Layer.succeed(Workspace, { roots: [root], session: "s1" }))
        )
      ),
      Effect.scoped
    )
  )

/** A batch as the runtime runs it: the checkpoint before, the tools, the hook. Gives back all answers. */
const batch = (completed: readonly CompletedCall[], tools: () => void, options: AfterToolsOptions = { autoCommit: true }) =>
  Effect.gen(function*() {
    const answers: Unstamped[] = []
    yield* turnCheckpoint(options.autoCommit)
    tools()
    yield* afterTools({ type: "RunPostToolsHook", effect: 5, completed }, options, (answer) => void answers.push(answer))
    return answers
  })

describe("the hook after a batch of tools (AFTER-9 to AFTER-14)", () => {
  test("answers once, with the tree, and with the commit of what the file tools wrote", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n", "person.ts": "p\n" })
    const data = emptyDirectory("data")
    const answers = await inRooms(
      root,
      data,
      batch(
        [call("file_edit", { path: "a.ts" }), call("file_write", { path: join(root, "new/b.ts") })],
        () => put(root, { "a.ts": "A\n", "new/b.ts": "b\n", "person.ts": "typed at the same time\n" }),
        { autoCommit: true, event: 12 }
      )
    )
    const tree = await withCheckpoints(root, data, (checkpoints) => Effect.map(checkpoints.take("test"), (taken) => taken.tree))
    expect(answers).toEqual([{ type: "PostToolsHookCompleted", effect: 5, goOn: true, before: expect.stringMatching(/^\w{40}$/), tree, commit: git(root, "rev-parse", "HEAD") }])
    expect(git(root, "show", "--format=%B", "--name-only", "HEAD")).toBe("feat: edit a.ts and 1 more\n\nLoom-Session: s1\nLoom-Event: 12\n\n\na.ts\nnew/b.ts")
    expect(git(root, "status", "--porcelain")).toBe("M person.ts")
  })

  test("of a command, all that changed while it ran; of a call that never ran, nothing", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    const [first, second] = await inRooms(
      root,
      emptyDirectory("data"),
      Effect.gen(function*() {
        const first = yield* batch([call("file_write", { path: "a.ts" }), call("shell", { command: "make" }, "error")], () => put(root, { "a.ts": "A\n", "made.ts": "m\n" }))
        const second = yield* batch([call("file_write", { path: "c.ts" }), call("shell", { command: "make" }, "denied")], () => put(root, { "c.ts": "c\n", "d.ts": "d\n" }))
        return [first, second]
      })
    )
    expect(git(root, "show", "--format=", "--name-only", "HEAD~")).toBe("a.ts\nmade.ts")
    expect(git(root, "show", "--format=", "--name-only", "HEAD")).toBe("c.ts")
    expect(first?.length).toBe(1)
    expect(second).toEqual([expect.objectContaining({ commit: git(root, "rev-parse", "HEAD") })])
  })

  test("what the person changes between two batches is not taken for the agent's", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n", "mine.ts": "m\n", "both.ts": "b\n" })
    const answers = await inRooms(
      root,
      emptyDirectory("data"),
      Effect.gen(function*() {
        yield* batch([call("shell", {})], () => put(root, { "a.ts": "1\n" }))
        put(root, { "mine.ts": "edited by hand\n", "both.ts": "edited by hand\n" })
        return yield* batch([call("shell", {})], () => put(root, { "a.ts": "2\n", "both.ts": "and by the agent\n" }))
      })
    )
    expect(git(root, "show", "--format=", "--name-only", "HEAD")).toBe("a.ts")
    expect(git(root, "status", "--porcelain")).toBe("M both.ts\n M mine.ts")
    expect(answers).toEqual([expect.objectContaining({ reports: ["auto-commit: both.ts left out: it held changes of yours that are not committed"] })])
  })

  test("what could not be committed after one batch is committed after a later one, all of it", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n", "b.ts": "b\n" })
    await inRooms(
      root,
      emptyDirectory("data"),
      Effect.gen(function*() {
        writeFileSync(join(root, ".git/index.lock"), "")
        yield* batch([call("shell", {})], () => put(root, { "a.ts": "1\n" }))
        git(root, "--no-optional-locks", "status")
        rmSync(join(root, ".git/index.lock"))
        yield* batch([call("shell", {})], () => put(root, { "a.ts": "2\n", "b.ts": "2\n" }))
      })
    )
    expect(git(root, "show", "--format=", "--name-only", "HEAD")).toBe("a.ts\nb.ts")
    expect(git(root, "status", "--porcelain")).toBe("")
  })

  test("without auto-commit, only the checkpoint; what it leaves out is named, once a session", async () => {
    const root = emptyDirectory()
    const [first, second] = await inRooms(
      root,
      emptyDirectory("data"),
      Effect.gen(function*() {
        const first = yield* batch([call("shell", {})], () => put(root, { "data.bin": new Uint8Array(64 * 1024 * 1024 + 1), "n.ts": "n" }), { autoCommit: false })
        const second = yield* batch([call("shell", {})], () => put(root, { "a.ts": "a\n" }), { autoCommit: false })
        return [first, second]
      })
    )
    expect(first).toEqual([
      {
        type: "PostToolsHookCompleted",
        effect: 5,
        goOn: true,
        before: expect.stringMatching(/^\w{40}$/),
        tree: expect.stringMatching(/^\w{40}$/),
        reports: ["checkpoint: data.bin left out: 64.1 MB, more than 64 MB"]
      }
    ])
    expect(second).toEqual([
      {
        type: "PostToolsHookCompleted",
        effect: 5,
        goOn: true,
        before: (first?.[0] as { tree: string }).tree,
        tree: expect.stringMatching(/^\w{40}$/)
      }
    ])
  })

  test("a part that fails is a report", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    const path = process.env["PATH"]
    process.env["PATH"] = emptyDirectory()
    try {
      const answers = await inRooms(root, emptyDirectory("data"), batch([call("shell", {})], () => put(root, { "a.ts": "A\n" })))
      expect(answers).toEqual([
        {
          type: "PostToolsHookCompleted",
          effect: 5,
          goOn: true,
          reports: [
            "checkpoint: run git: there is no such program on the PATH; install git to have checkpoints, undo and auto-commit",
            "auto-commit: not done: without checkpoints before and after the tools nobody can tell what the agent changed"
          ]
        }
      ])
    } finally {
      process.env["PATH"] = path
    }
  })

  test("hooks of the person that break, and a commit that fails or hangs, are reports, and the other parts are done", async () => {
    const programs = emptyDirectory()
    const path = process.env["PATH"] ?? ""
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim()
    const committing = async (commit: string, options: Partial<AfterToolsOptions>) => {
      const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
      process.env["PATH"] = `${programs}:${path}`
      put(programs, { git: { program: `#!/bin/sh\ncase "$*" in *commit-tree*) ${commit};; *) exec '${real}' "$@";; esac\n` } })
      try {
        return await inRooms(root, emptyDirectory("data"), batch([call("shell", {})], () => put(root, { "a.ts": "A\n" }), { autoCommit: true, ...options }))
      } finally {
        process.env["PATH"] = path
      }
    }
    const trees = { type: "PostToolsHookCompleted", effect: 5, goOn: true, before: expect.stringMatching(/^\w{40}$/), tree: expect.stringMatching(/^\w{40}$/) }
    expect(await committing("echo fatal: no >&2; exit 128", {})).toEqual([{ ...trees, reports: [expect.stringMatching(/^auto-commit: git commit-tree .*: no$/)] }])
    expect(await committing("exec sleep 600", { timeoutMs: 3000 })).toEqual([{ ...trees, reports: ["auto-commit: given up after 3 s"] }])
    expect(await committing(`exec ${real} commit-tree`, { autoCommit: false, person: Effect.die(new Error("a hook room broke")) })).toEqual(
      [{ ...trees, reports: ["hooks: a hook room broke"] }]
    )
  }, 30_000)

  test("a git that hangs is given up and is dead when the session ends; interrupted, the hook gives no answer", async () => {
    const root = emptyDirectory()
    const slow = emptyDirectory()
    const pids = join(slow, "pids")
    put(slow, { git: { program: `#!/bin/sh\necho $$ >> '${pids}'\nexec /bin/sleep 600\n` } })
    const path = process.env["PATH"]
    process.env["PATH"] = slow
    const answers: Unstamped[] = []
    const hook = afterTools({ type: "RunPostToolsHook", effect: 5, completed: [] }, { autoCommit: false, timeoutMs: 100 }, (answer) => void answers.push(answer))
    try {
      await inRooms(
        root,
        emptyDirectory("data"),
        Effect.gen(function*() {
          yield* hook
          const patient = afterTools({ type: "RunPostToolsHook", effect: 6, completed: [] }, { autoCommit: false }, (answer) => void answers.push(answer))
          const fiber = yield* Effect.forkChild(patient, { startImmediately: true })
          while (!existsSync(pids)) yield* Effect.sleep(5)
          yield* Fiber.interrupt(fiber)
        })
      )
    } finally {
      process.env["PATH"] = path
    }
    expect(answers).toEqual([{ type: "PostToolsHookCompleted", effect: 5, goOn: true, reports: ["checkpoint: given up after 0.1 s"] }])
    expect(readFileSync(pids, "utf8").trim().split("\n").filter(isRunning)).toEqual([])
  })
})

describe("the checkpoint at the start of a turn (AFTER-15)", () => {
  test("is begun beside the model's call, is done before the first change, and is found again by its turn", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    const data = emptyDirectory("data")
    await inRooms(
      root,
      data,
      Effect.gen(function*() {
        const work = yield* AgentWork
        expect(yield* work.beginTurn(1)).toBe(null)
        yield* turnCheckpoint(false)
        put(root, { "a.ts": "A\n" })
      })
    )
    const tree = await withCheckpoints(root, data, (checkpoints) => checkpoints.find(turnReason("s1", 1)))
    await withCheckpoints(root, data, (checkpoints) => checkpoints.restore(tree ?? ""))
    expect(readFileSync(join(root, "a.ts"), "utf8")).toBe("a\n")
    expect(await withCheckpoints(root, data, (checkpoints) => checkpoints.find("turn 1 of s"))).toBe(null)
  })

  test("costs nothing where nothing changed since the last one: the tree is known at once", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    const trees = await inRooms(
      root,
      emptyDirectory("data"),
      Effect.gen(function*() {
        const checkpoints = yield* Checkpoints
        const work = yield* AgentWork
        yield* Effect.sleep(50)
        const { tree } = yield* checkpoints.take("test")
        const same = yield* work.beginTurn(2)
        put(root, { "a.ts": "A\n" })
        return { tree, same, other: yield* work.beginTurn(3) }
      })
    )
    expect(trees).toEqual({ tree: trees.tree, same: trees.tree, other: null })
  })
})

const isRunning = (pid: string): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}
