import { expect, test } from "vitest"
import { batchTitle, filesOf } from "../../../src/effects/graph/auto/batch-words.ts"
import type { Heard } from "../../../src/effects/graph/auto/heard.ts"
import { jobsOf, type Job, type SeatsBySession } from "../../../src/effects/graph/auto/jobs.ts"
import type { CompletedCall } from "../../../src/machine/state.ts"

const heard = (n: number, more: Partial<Heard>): Heard =>
  ({
    session: "s",
    child: null,
    root: "/w",
    n,
    event: { type: "LlmCompleted", at: n, effect: 1, stop: "end", usage: null },
    actions: [],
    ...more
  }) as Heard
const decides = (kind: "goal" | "action" | "outcome" | "observation", title: string) => ({ type: "RecordDecision", kind, title }) as const

const fold = (all: readonly Heard[]): readonly Job[] => {
  let seats: SeatsBySession = new Map()
  return all.flatMap((each) => {
    const given = jobsOf(seats, each)
    seats = given.seats
    return given.jobs
  })
}
const told = (jobs: readonly Job[]) => {
  const titles = new Map(jobs.flatMap((job) => (job.type === "add" ? [[job.wish.id, job.wish.title]] : [])))
  return jobs.map((job) =>
    job.type === "add"
      ? [job.wish.kind, job.wish.title, ...job.links.map((link) => ("from" in link ? titles.get(link.from) : ""))]
      : ["update", titles.get(job.id), job.change.commit]
  )
}

test("one event may give two things, each under an id of its own that is always the same (GRAPH-41)", () => {
  const both = heard(7, { actions: [decides("observation", "4 messages moved to keeper k"), decides("goal", "go on")] })
  const [first, second] = fold([both])
  expect([first?.type === "add" && first.wish.id, second?.type === "add" && second.wish.id]).toEqual([
    expect.stringMatching(/^00000000070?[0-9a-z]{16,17}$/),
    expect.stringMatching(/^[0-9a-z]{26}$/)
  ])
  expect(first?.type === "add" && second?.type === "add" && first.wish.id !== second.wish.id).toBe(true)
  expect(fold([both])).toEqual(fold([both]))
  const elsewhere = fold([{ ...both, session: "t" }])
  expect(elsewhere.flatMap((job) => (job.type === "add" ? [job.wish.id] : [])).filter((id) => fold([both]).some((job) => job.type === "add" && job.wish.id === id))).toEqual([])
})

test("what happens hangs below the goal of its own turn, and a child below that of its parent (GRAPH-40)", () => {
  const child = { session: "c", child: { of: "s", kind: "sub-agent" } } as const
  expect(
    told(
      fold([
        heard(1, { actions: [decides("goal", "one")] }),
        heard(2, { ...child, actions: [decides("goal", "look")] }),
        heard(3, { ...child, actions: [decides("outcome", "turn 1: completed")] }),
        heard(4, { actions: [decides("outcome", "turn 1: completed")] }),
        heard(5, { actions: [decides("goal", " \n")] }),
        heard(6, { actions: [decides("action", "shell")] }),
        heard(7, { event: { type: "PostToolsHookCompleted", at: 7, effect: 3, goOn: true, commit: "c0ffee" } })
      ])
    )
  ).toEqual([
    ["goal", "one"],
    ["action", "sub-agent: look", "one"],
    ["outcome", "sub-agent: turn 1: completed", "sub-agent: look"],
    ["outcome", "turn 1: completed", "one"],
    ["goal", "(no words)"],
    ["action", "shell", "(no words)"],
    ["update", "shell", "c0ffee"]
  ])
})

test("a batch is told by what it changed; files are those that calls name, below the workspace", () => {
  const call = (name: string, given: object | string, status: CompletedCall["status"] = "ok", changes = true): CompletedCall => ({
    call: { type: "tool-call", id: "c", name, arguments: typeof given === "string" ? given : JSON.stringify(given) },
    changes,
    status
  })
  const batch = [
    call("file_read", { path: "x" }, "ok", false),
    call("file_edit", { path: "/w/src/a.ts", edits: [] }),
    call("apply_patch", { patch: "*** Begin Patch\n*** Update File: b.ts\n*** Move to: c.ts\n*** End Patch" }),
    call("shell", { command: "npm test\nrm x" }, "error"),
    call("file_write", { path: "d.ts", content: "" }, "denied"),
    call("shell", "not json"),
    call("shell", { command: "y".repeat(200) })
  ]
  expect(batchTitle(batch, "/w")).toBe(`file_edit src/a.ts, apply_patch b.ts c.ts, shell npm test (error), file_write d.ts (denied), shell, shell ${"y".repeat(53)}…`)
  expect(filesOf(batch, "/w", "/w")).toEqual(["src/a.ts", "b.ts", "c.ts"])
  expect(filesOf(batch.slice(2), "/w/deep", "/w")).toEqual(["deep/b.ts", "deep/c.ts"])
})
