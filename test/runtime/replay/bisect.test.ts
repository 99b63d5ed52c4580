import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect, test } from "vitest"
import { bisect, type Found } from "../../../src/runtime/replay/bisect.ts"
import { bisectFiles, type FileBisection } from "../../../src/runtime/replay/bisect-files.ts"
import { emptyDirectory } from "../../effects/git/place.ts"
import { steppedSession, type SteppedSession } from "./support/stepped-session.ts"

interface Asked {
  readonly place: number
  readonly probe: number | null
}

const search = (places: number, answer: (place: number) => Found) => {
  const asked: Asked[] = []
  const found = Effect.runSync(bisect(places, (place, probe) => Effect.sync(() => (asked.push({ place, probe }), answer(place)))))
  return { found, asked }
}

test("the first bad place is found in ⌈log₂⌉ probes of the places after the first, wherever it is; the ends are asked before", () => {
  for (const places of [2, 3, 4, 5, 8, 9, 17, 100, 1001]) {
    for (let bad = 1; bad < places; bad++) {
      const { found, asked } = search(places, (place) => (place < bad ? "good" : "bad"))
      expect(found).toMatchObject({ result: "found", good: bad - 1, bad, skipped: [] })
      expect(found.probes).toBeLessThanOrEqual(Math.ceil(Math.log2(places - 1)))
      expect(asked.slice(0, 2)).toEqual([{ place: 0, probe: null }, { place: places - 1, probe: null }])
      expect(asked.slice(2).map(({ probe }) => probe)).toEqual(Array.from({ length: found.probes }, (_, index) => index + 1))
    }
  }
})

test("places that cannot tell are gone around; what is left between good and bad is exactly what could not be told, and nothing is asked twice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(1000), fc.array(fc.nat(40)), (places, at, mute) => {
      const bad = 1 + (at % (places - 1))
      const skips = new Set(mute.filter((place) => place > 0 && place < places - 1))
      const { found, asked } = search(places, (place) => (skips.has(place) ? "skip" : place < bad ? "good" : "bad"))
      if (found.result !== "found") throw new Error(found.result)
      expect([found.good < bad, found.bad >= bad]).toEqual([true, true])
      expect(found.skipped).toEqual(Array.from({ length: found.bad - found.good - 1 }, (_, index) => found.good + 1 + index))
      expect(found.skipped.every((place) => skips.has(place))).toBe(true)
      expect(new Set(asked.map(({ place }) => place)).size).toBe(asked.length)
    })
  )
})

test("what is bad from the start, good to the end or cannot be told there is said so, without a probe", () => {
  expect(search(9, () => "bad").found).toEqual({ result: "bad-from-the-start", probes: 0 })
  expect(search(9, () => "good").found).toEqual({ result: "good-to-the-end", probes: 0 })
  expect(search(1, () => "good").found).toEqual({ result: "good-to-the-end", probes: 0 })
  expect(search(9, () => "skip").found).toEqual({ result: "unknown", place: 0, probes: 0 })
  expect(search(9, (place) => (place === 0 ? "good" : "skip")).found).toEqual({ result: "unknown", place: 8, probes: 0 })
})

/** What a command says, and where it was asked, probe by probe. */
const bisected = async (session: SteppedSession, command: string): Promise<FileBisection & { readonly heard: readonly string[] }> => {
  const heard: string[] = []
  const found = await Effect.runPromise(
    Effect.scoped(
      bisectFiles(session, {
        command,
        environment: process.env,
        logFile: "the.jsonl",
        hear: () => undefined,
        onProbe: (number, { from }, { verdict }) => heard.push(`${number ?? "-"} ${verdict} ${from}`)
      })
    )
  )
  return { ...found, heard }
}

test("of 1,000 steps the one that broke a file is found in at most 10 probes, with its events, its call and its diff", async () => {
  const broken = 617
  const session = await steppedSession(1_000, (root, step) => {
    writeFileSync(join(root, "count.txt"), `${step}\n`)
    if (step === broken) writeFileSync(join(root, "README.md"), "# a broken project\n")
  })
  const trace = join(emptyDirectory("trace"), "probes.txt")
  const found = await bisected(session, `echo "$LOOM_EVENT $LOOM_SESSION $LOOM_LOG $1 $(cat count.txt)" >> ${trace}; grep -q '^# a project$' README.md`)
  expect([found.bisected.result, found.places.length, found.heard.length - 2]).toEqual(["found", 1_001, found.probes])
  expect(found.probes).toBeLessThanOrEqual(10)
  const begin = session.beginOf(broken)
  expect(found.step).toEqual({
    from: begin,
    to: begin + 4,
    calls: [{ n: begin + 2, name: "shell", arguments: `{"command":"step ${broken}"}`, status: "ok" }],
    files: [
      { path: "README.md", how: "changed", diff: "--- README.md\n+++ README.md\n@@ -1,1 +1,1 @@\n-# a project\n+# a broken project" },
      { path: "count.txt", how: "changed", diff: `--- count.txt\n+++ count.txt\n@@ -1,1 +1,1 @@\n-${broken - 1}\n+${broken}` }
    ]
  })
  // The command was asked in the files of each checkpoint, and told which.
  const asked = readFileSync(trace, "utf8").trim().split("\n").map((line) => line.split(" "))
  expect(asked.map(([n, name, log, argument, count]) => [Number(n), name, log, argument, Number(count)])).toEqual(
    found.heard.map((line) => {
      const from = Number(line.split(" ")[2])
      return [from, "s", "the.jsonl", "the.jsonl", (from - 3) / 5]
    })
  )
}, 60_000)

test("what a command leaves in the restored files is gone at the next probe, and what git ignores may stay; the workspace is not touched", async () => {
  const session = await steppedSession(8, (root, step) => {
    writeFileSync(join(root, ".gitignore"), "cache/\n")
    writeFileSync(join(root, "value.txt"), step >= 5 ? "bad\n" : `${step}\n`)
  })
  const root = (session.rows[0]!.event as { readonly roots: readonly string[] }).roots[0]!
  const found = await bisected(session, "test ! -e left.txt || exit 77; touch left.txt; mkdir -p cache; touch cache/kept; test -e value.txt || exit 77; ! grep -q bad value.txt")
  expect(found.step).toMatchObject({ from: session.beginOf(5), to: session.beginOf(5) + 4 })
  expect([existsSync(join(root, "left.txt")), readFileSync(join(root, "value.txt"), "utf8")]).toEqual([false, "bad\n"])
  expect(found.heard.every((line) => / (good|bad) /.test(line))).toBe(true)
})

test("a command that is killed, or says 128 and more, is an error and no verdict", async () => {
  const session = await steppedSession(2, (root, step) => writeFileSync(join(root, "a.txt"), `${step}`))
  const messageOf = (command: string) => bisected(session, command).then(() => "no error", (error: unknown) => String((error as Error).message))
  expect(await messageOf("kill -9 $$")).toBe("check with kill -9 $$: it was killed by SIGKILL")
  expect(await messageOf("exit 200")).toBe("check with exit 200: it ended with 200, as what was killed does")
})
