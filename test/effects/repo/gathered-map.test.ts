import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Entry, Session } from "../../../src/machine/session.ts"
import { countTokens } from "../../../src/effects/llm/tokens.ts"
import { RepoIndexes, type RepoIndexesOf } from "../../../src/effects/repo/repo-indexes.ts"
import { makeRepoIndexes } from "../../../src/effects/repo/indexes.ts"
import { gatherMap } from "../../../src/effects/repo/gathered-map.ts"
import { extentOf } from "../../../src/effects/repo/map-extent.ts"
import { queryOf } from "../../../src/effects/repo/map-query.ts"
import { saidMapOf } from "../../../src/effects/repo/map-said.ts"
import { hasCode } from "../../../src/effects/repo/map-source.ts"
import { emptyDirectory, git, put, repositoryWith } from "../git/place.ts"
import { sessionWith } from "../context/session.ts"

const person = (text: string, turn = 1): Entry => ({ type: "user", parts: [{ type: "text", text }], turn, bytes: 1 })
const note = (text: string, turn = 1): Entry => ({ type: "note", source: "context", text, turn, bytes: 1 })
const calls = (name: string, input: object, turn = 1): Entry => ({
  type: "assistant", model: "m:1", ended: "complete", turn, bytes: 1, blocks: [{ type: "tool-call", id: "call_1", name, arguments: JSON.stringify(input) }]
})
const failed = (text: string, turn = 1): Entry => ({ type: "results", turn, bytes: 1, results: [{ call: "call_1", status: "error", parts: [{ type: "text", text }] }] })

/** Sixty files, so that a turn waits for the first map. */
const project = (): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "map-")))
  repositoryWith(
    root,
    Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `src/part${n % 5}/${WORDS[n % WORDS.length]}${n}.ts`,
        `export const ${WORDS[n % WORDS.length]}${n} = (): number => ${n}\n`
      ])
    )
  )
  return root
}
const WORDS = ["router", "mail", "theme", "session", "cache", "price"]

/** Gathers again until the map is there: how long a busy machine takes is not what is asked. */
const gathered = (session: Session, budgetTokens = 2048): Promise<string | null> =>
  Effect.runPromise(
    Effect.gen(function*() {
      const root = session.opened.roots[0] as string
      yield* indexes.indexOf(root)
      for (;;) {
        const [one] = yield* Effect.provideService(gatherMap(session, root, budgetTokens), RepoIndexes, indexes)
        if (one === undefined) return null
        if ("fragment" in one) return one.fragment?.text ?? null
      }
    })
  )

const scope = Scope.makeUnsafe()
let indexes: RepoIndexesOf
beforeAll(async () => {
  indexes = await Effect.runPromise(Scope.provide(makeRepoIndexes({ cacheDirectory: null }), scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const told = (session: Session, entries: readonly Entry[]): Session => sessionWith({ roots: session.opened.roots, entries })

describe("the map of a turn (MAP-17 to MAP-19)", () => {
  let root = ""
  let first = ""
  beforeAll(async () => {
    root = project()
    first = (await gathered(sessionWith({ roots: [root], entries: [person("the router is slow")] }))) ?? ""
  }, 60_000)

  test("of a file that a rule keeps from being read nothing is told, not even its definitions (PERMIT-11)", async () => {
    const session = sessionWith({ roots: [root], entries: [person("the router is slow")] })
    const rules = [{ decision: "deny", rule: "file_read(src/part0/**)", source: "here" }, { decision: "ask", rule: "file_read(**/mail*)", source: "here" }] as const
    const text = (await gathered({ ...session, opened: { ...session.opened, rules } })) ?? ""
    expect([
      first.includes("src/part0/"),
      first.includes("mail"),
      text.includes("src/part0/"),
      text.includes("mail"),
      text.includes("router")
    ]).toEqual([true, true, false, false, true])
  }, 30_000)

  test("the first is whole, about what the person wrote, and within its budget", () => {
    expect(first.startsWith("<repository-map>\nsrc/")).toBe(true)
    expect(first).toContain("src/part0/router0.ts\n  export const router0 = (): number =>\n")
    expect(countTokens(first, "m:1")).toBeLessThanOrEqual(2048)
  })

  test("what stands in the window is not said again, and what left it is", async () => {
    const said = [person("the router is slow"), note(`<date>x</date>\n\n${first}\n\n<git>y</git>`), person("go on", 2)]
    expect(await gathered(told(sessionWith({ roots: [root] }), said))).toBe(null)
    expect(await gathered(sessionWith({ roots: [root], entries: said, base: 2 }))).toBe(first)
  })

  test("a file that is wanted now and was not told of is told of, by itself", async () => {
    const short = await gathered(sessionWith({ roots: [root], entries: [person("the router is slow")] }), 300)
    const next = await gathered(sessionWith({ roots: [root], entries: [person("the router is slow"), note(short ?? ""), person("now price47.ts", 2)] }), 300)
    expect(next).toBe('<repository-map part="changed">\nsrc/part2/price47.ts\n  export const price47 = (): number =>\n</repository-map>')
    expect(countTokens(next ?? "", "m:1")).toBeLessThanOrEqual(75)
  })

  test("a definition that was told of and is another now is told anew, a file that is gone is said to be gone, all else is not repeated", async () => {
    const own = project()
    const before = (await gathered(sessionWith({ roots: [own], entries: [person("router0 and router6")] }))) ?? ""
    put(own, { "src/part0/router0.ts": "\n// moved by two lines\nexport const router0 = (speed: number): number => speed\n" })
    put(own, { "src/part1/router6.ts": "\n\n\nexport const router6 = (): number => 6\n" })
    rmSync(join(own, "src/part2/router12.ts"))
    const entries = [person("router0 and router6"), note(before), person("thanks", 2)]
    const news = await gathered(sessionWith({ roots: [own], entries }))
    expect(news).toBe('<repository-map part="changed">\nsrc/part0/router0.ts\n  export const router0 = (speed: number): number =>\ngone: src/part2/router12.ts\n</repository-map>')
    expect(await gathered(sessionWith({ roots: [own], entries: [...entries, note(news ?? "", 2), person("thanks", 3)] }))).toBe(null)
  }, 60_000)

  test("one that is not ready in its time is missing, is made on, and comes with the next turn", async () => {
    const slow = project()
    await Effect.runPromise(
      Effect.gen(function*() {
        let open = (): void => {}
        const gate = new Promise<void>((resolve) => (open = resolve))
        const waiting: RepoIndexesOf = { ...indexes, indexOf: (at) => Effect.andThen(Effect.promise(() => gate), indexes.indexOf(at)) }
        const gather = Effect.provideService(gatherMap(sessionWith({ roots: [slow], entries: [person("router")] }), slow, 2048), RepoIndexes, waiting)
        expect(yield* gather).toEqual([{ missing: "repository map" }])
        open()
        let next = yield* gather
        while (next.some((one) => "missing" in one)) next = yield* gather
        expect(next).toMatchObject([{ fragment: { source: "repository map" } }])
      })
    )
  }, 60_000)

  test("a small workspace of which nothing was read yet is not waited for", async () => {
    const small = realpathSync(mkdtempSync(join(tmpdir(), "map-")))
    put(small, { "a.py": "def a(): pass\n" })
    const never = { ...indexes, indexOf: () => Effect.never, watch: () => Effect.void }
    const gather = (known: RepoIndexesOf) => Effect.provideService(gatherMap(sessionWith({ roots: [small], entries: [person("a")] }), small, 2048), RepoIndexes, known)
    await Effect.runPromise(
      Effect.gen(function*() {
        // No time passes: what is waited for never comes.
        expect(yield* gather({ ...never, hasRead: () => false })).toEqual([{ missing: "repository map" }])
        const waiting = yield* Effect.forkChild(gather({ ...never, hasRead: () => true }), { startImmediately: true })
        yield* Effect.promise(() => new Promise(setImmediate))
        expect(waiting.pollUnsafe()).toBe(undefined)
        yield* TestClock.adjust(50)
        expect(yield* Fiber.join(waiting)).toEqual([{ missing: "repository map" }])
      }).pipe(Effect.provide(TestClock.layer()))
    )
    expect(indexes.hasRead(small)).toBe(false)
    await Effect.runPromise(indexes.indexOf(small))
    expect(indexes.hasRead(small)).toBe(true)
  })

  test("where no index is kept, and of a home, it is missing and says why", async () => {
    const session = sessionWith({ roots: [root], entries: [person("router")] })
    expect(await Effect.runPromise(gatherMap(session, root, 2048))).toEqual([{ missing: "repository map: the repository could not be read; `loom map --check` says why" }])
    expect(await extentOf(homedir())).toEqual({ refused: `none is made of ${homedir()}, which holds a whole home; begin in the folder of a project` })
    expect(await extentOf("/")).toMatchObject({ refused: expect.stringContaining("none is made of /") })
  })
})

describe("how large a workspace is", () => {
  test("a repository with up to 50 files of code is small, one with more is large; what is ignored does not count", async () => {
    const root = emptyDirectory("extent")
    git(root, "init", "-q")
    put(root, { ".gitignore": "made/\n" })
    for (let n = 0; n < 60; n++) put(root, { [`made/${n}.ts`]: "" })
    for (let n = 0; n < 50; n++) put(root, { [`src/${n}.ts`]: "" })
    put(root, { "README.md": "" })
    expect(await extentOf(root)).toEqual({ size: "small" })
    put(root, { "src/50.ts": "" })
    expect(await extentOf(root)).toEqual({ size: "large" })
  })

  test("a folder that is no repository and holds very much is none", async () => {
    const root = emptyDirectory("much")
    for (let n = 0; n < 21; n++) mkdirSync(join(root, `${n}`))
    expect(await extentOf(root)).toEqual({ size: "small" })
    expect(await extentOf(root, 20)).toEqual({ refused: `${root} is no repository and has more than 20 files and folders` })
  })

  test("a folder without code is seen at a glance", () => {
    const root = emptyDirectory("glance")
    put(root, { "notes/today.txt": "" })
    put(root, { "node_modules/x/index.js": "" })
    expect(hasCode(root)).toBe(false)
    put(root, { "notes/a.py": "" })
    expect(hasCode(root)).toBe(true)
    expect(hasCode(join(root, "missing"))).toBe(false)
  })
})

describe("what a session is about (MAP-17)", () => {
  test("the newest words of the person, and where they are hardly any those before; what failed lately; files that were named", () => {
    const root = repositoryWith(emptyDirectory("asked"), { "src/a.ts": "1", "src/b.ts": "2" })
    const entries = [
      person("old words about nothing relevant"),
      failed("long ago"),
      person("the login form loses input", 3),
      calls("file_read", { path: "src/a.ts" }, 3),
      failed("src/b.ts(1,1): error", 3),
      calls("shell", { command: "cat ./src/b.ts src/none.ts" }, 3),
      person("go on", 4)
    ]
    expect(queryOf({ ...sessionWith({ roots: [root], entries }), turn: 4 })).toEqual({
      words: "the login form loses input\ngo on",
      trouble: "src/b.ts(1,1): error",
      touched: ["src/b.ts", "src/a.ts"]
    })
  })

  test("maps in the window are read back, names that look like something else, too", () => {
    const text = '<repository-map>\n"src/a: b.ts"\n  f()\nsrc/c.ts\n  class C\n    m()\nsrc/: "d e.ts" f.ts\n./: g.md\n</repository-map>'
    const later = '<repository-map part="changed">\nsrc/c.ts\n  class D\ngone: g.md "src/a: b.ts"\n</repository-map>'
    const read = (entries: readonly Entry[]) => saidMapOf(sessionWith({ entries }))
    expect(read([note(`x\n\n${text}`)])).toEqual({
      told: new Map([
        ["src/a: b.ts", new Set(["f()"])],
        ["src/c.ts", new Set(["class C", "m()"])]
      ]),
      named: new Set(["src/d e.ts", "src/f.ts", "g.md"])
    })
    expect(read([note(text), note(later)])).toEqual({
      told: new Map([["src/c.ts", new Set(["class D"])]]),
      named: new Set(["src/d e.ts", "src/f.ts"])
    })
    expect(read([person(text)])).toBe(null)
  })
})
