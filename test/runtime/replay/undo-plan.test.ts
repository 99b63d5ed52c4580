import fc from "fast-check"
import { expect, test } from "vitest"
import type { FileChange, FileVersion } from "../../../src/effects/git/tree-diff.ts"
import { planUndo, type Stretch } from "../../../src/runtime/replay/undo-plan.ts"

/** A workspace in the small: what stands at each path, as its content and mode. */
type Files = ReadonlyMap<string, string>

const PATHS = ["a", "b", "a/x", "a/y", "c/d/e", "c/d", "c"]

/** A file takes the place of the folder of its name, and a folder that of a file. */
const withFile = (files: Files, path: string, content: string | null): Files => {
  const next = new Map([...files].filter(([other]) => other !== path && (content === null || !(other.startsWith(`${path}/`) || path.startsWith(`${other}/`)))))
  if (content !== null) next.set(path, content)
  return next
}

const versionOf = (content: string | undefined): FileVersion | null => (content === undefined ? null : { oid: content, mode: content.endsWith("!") ? "100755" : "100644" })

const diff = (before: Files, after: Files): readonly FileChange[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, before: versionOf(before.get(path)), after: versionOf(after.get(path)) }))

/** Deletions first, as they are made; nothing may stand in the way of a file then. */
const applied = (files: Files, changes: readonly FileChange[]): Files => {
  const next = new Map(files)
  for (const { path, after } of changes) if (after === null) next.delete(path)
  for (const { path, after } of changes) {
    if (after === null) continue
    expect([...next.keys()].filter((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`)), path).toEqual([])
    next.set(path, after.oid)
  }
  return next
}

const edit = fc.record({ path: fc.constantFrom(...PATHS), content: fc.constantFrom<string | null>(null, "1", "2", "3!", "4") })
const stretches = fc.array(
  fc.record({ by: fc.constantFrom<Stretch["by"]>("agent", "agent", "person", "unknown"), edits: fc.array(edit, { maxLength: 4 }) }),
  { minLength: 1, maxLength: 6 }
)

const lived = fc.tuple(fc.array(edit, { maxLength: 6 }), stretches).map(([first, rest]) => {
  let now: Files = first.reduce<Files>((files, { path, content }) => withFile(files, path, content), new Map())
  const begun = now
  const steps = rest.map(({ by, edits }) => {
    const before = now
    now = edits.reduce<Files>((files, { path, content }) => withFile(files, path, content), now)
    return { by, before, after: now }
  })
  return { begun, steps, now, stretches: steps.map(({ by, before, after }): Stretch => ({ by, changes: diff(before, after) })) }
})

const RUNS = { numRuns: Number(process.env["LOOM_RUNS"] ?? 2_000) }

test("law: an undo never alters a path that somebody else changed after the agent, and puts every other one back as it was", () => {
  fc.assert(
    fc.property(lived, ({ steps, now, stretches }) => {
      const plan = planUndo(stretches)
      const after = applied(now, plan.putBack)
      const contested = new Set(plan.contested.map(({ path }) => path))
      for (const path of PATHS) {
        const touches = steps.filter(({ before, after }) => before.get(path) !== after.get(path))
        const first = touches.findIndex(({ by }) => by !== "person")
        const isTheirs = first < 0 || touches.slice(first).some(({ by }) => by !== "agent")
        if (isTheirs || contested.has(path)) expect([path, after.get(path)]).toEqual([path, now.get(path)])
        else expect([path, after.get(path)]).toEqual([path, touches[first]!.before.get(path)])
        if (first >= 0 && isTheirs && touches[first]!.before.get(path) !== now.get(path)) expect([...contested]).toContain(path)
      }
    }),
    RUNS
  )
})

test("law: forced, an undo leaves every path that the agent changed as it was before, but where something else has to stand there", () => {
  fc.assert(
    fc.property(lived, ({ steps, now, stretches }) => {
      const plan = planUndo(stretches)
      const all = [...plan.putBack, ...plan.contested]
      const after = applied(now, all)
      const wanted = new Map(PATHS.flatMap((path) => {
        const first = steps.find(({ by, before, after }) => by !== "person" && before.get(path) !== after.get(path))
        return first === undefined ? [] : [[path, first.before.get(path)] as const]
      }))
      for (const [path, content] of wanted) {
        const isInTheWay = [...after.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))
        if (after.get(path) !== content) expect([path, isInTheWay]).toEqual([path, true])
      }
      expect(all.map(({ before }) => before)).toEqual(all.map(({ path }) => versionOf(now.get(path))))
      expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
    }),
    RUNS
  )
})

test("law: an undo of the agent alone is exact, and the way back from it is, too", () => {
  fc.assert(
    fc.property(lived, ({ begun, steps }) => {
      const alone = steps.filter(({ by }) => by === "agent")
      fc.pre(alone.length === steps.length)
      const now = steps.at(-1)!.after
      const plan = planUndo(steps.map(({ before, after }) => ({ by: "agent", changes: diff(before, after) })))
      expect(plan.contested).toEqual([])
      const undone = applied(now, plan.putBack)
      expect(diff(undone, begun)).toEqual([])
      const redo = planUndo([{ by: "agent", changes: diff(now, undone) }])
      expect(diff(applied(undone, redo.putBack), now)).toEqual([])
    }),
    RUNS
  )
})

test("what a broken-off undo has put back already is not put back again, and is no contest", () => {
  const one: FileVersion = { oid: "1", mode: "100644" }
  const two: FileVersion = { oid: "2", mode: "100644" }
  const agent: Stretch = { by: "agent", changes: [{ path: "a", before: one, after: two }, { path: "b", before: null, after: two }] }
  const since: Stretch = { by: "person", changes: [{ path: "a", before: two, after: one }] }
  expect(planUndo([agent, since])).toEqual({ putBack: [{ path: "b", before: two, after: null }], contested: [], already: ["a"] })
})
