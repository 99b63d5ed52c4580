import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { platform } from "node:os"
import { join } from "node:path"
import { execFileSync } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "vitest"
import { gatherContext, type Source } from "../../../src/effects/context/gather.ts"
import { gatherRules, RULES_BYTES_MAX } from "../../../src/effects/context/rules-file.ts"
import { dayOf } from "../../../src/effects/context/surroundings.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { AgentWork, turnReason } from "../../../src/effects/git/agent-work.ts"
import { Checkpoints } from "../../../src/effects/git/checkpoint.ts"
import { Workspace } from "../../../src/effects/os/workspace.ts"
import type { Entry, Session } from "../../../src/machine/session.ts"
import { emptyDirectory, git, put, repositoryWith } from "../git/place.ts"
import { sessionWith } from "./session.ts"

type Gathered = Extract<Unstamped, { type: "ContextGathered" }>

const rooms = (root: string, data: string) =>
  AgentWork.layer.pipe(Layer.provideMerge(Checkpoints.layerShadow({ root, dataDirectory: data })), Layer.provideMerge(Layer.succeed(Workspace, { roots: [root], session: "s1" })))

const gather = (session: Session, more: readonly Source[] = []) =>
  Effect.gen(function*() {
    const answers: Unstamped[] = []
    yield* gatherContext({ type: "GatherContext", effect: 4, turn: session.turn }, session, (answer) => void answers.push(answer), more)
    expect(answers.length).toBe(1)
    return answers[0] as Gathered
  })

const gathered = (session: Session, more?: readonly Source[]): Promise<Gathered> =>
  Effect.runPromise(gather(session, more).pipe(Effect.provide(rooms(session.opened.roots[0] ?? "", emptyDirectory("data"))), Effect.scoped))

/** The transcript as the machine makes it from what was gathered. */
const noteOf = (answer: Gathered): Entry => ({ type: "note", source: "context", text: answer.fragments.map(({ text }) => text).join("\n\n"), turn: 1, bytes: 1 })

const sources = (answer: Gathered): readonly string[] => answer.fragments.map(({ source }) => source)

const plenty = { budgetTokens: 1000, patienceMs: 50 }

describe("what is gathered for a request (CONTEXT-1 to CONTEXT-4)", () => {
  test("the rules of the workspace, where it is, its branch, the day; always in this order", async () => {
    const root = repositoryWith(emptyDirectory(), { "AGENTS.md": "Use tabs.\n", "CLAUDE.md": "not this one" })
    const answer = await gathered(sessionWith({ roots: [root, "/other"] }))
    expect(answer).toEqual({
      type: "ContextGathered",
      effect: 4,
      fragments: [
        { source: "AGENTS.md", text: '<instructions file="AGENTS.md">\nHow the people of this workspace want you to work:\n\nUse tabs.\n</instructions>' },
        { source: "environment", text: `<environment>\nworking directory: ${root}\nalso: /other\nplatform: ${platform()}\n</environment>` },
        { source: "git", text: "<git>git repository, branch main</git>" },
        { source: "date", text: `<date>${dayOf(Date.now())}</date>` }
      ]
    })
  })

  test("where it stands in git, in words", async () => {
    const plain = emptyDirectory()
    const line = async (root: string) => (await gathered(sessionWith({ roots: [root] }))).fragments.find(({ source }) => source === "git")?.text
    expect(await line(plain)).toBe("<git>not a git repository</git>")
    git(plain, "init", "-q")
    expect(await line(plain)).toBe("<git>git repository, branch main, no commit yet</git>")
    repositoryWith(plain, { "sub/a": "a" })
    expect(await line(join(plain, "sub"))).toBe(`<git>inside the git repository ${plain}, branch main</git>`)
    git(plain, "checkout", "-q", "--detach")
    expect(await line(plain)).toBe(`<git>git repository, no branch, at ${git(plain, "rev-parse", "HEAD").slice(0, 12)}</git>`)
  })

  test("what was said and is still in the window is not said again; what changed is, and only that", async () => {
    const root = repositoryWith(emptyDirectory(), { "LOOM.md": "one" })
    const first = await gathered(sessionWith({ roots: [root] }))
    expect(sources(first)).toEqual(["LOOM.md", "environment", "git", "date"])
    const entries = [noteOf(first)]
    expect(sources(await gathered(sessionWith({ roots: [root], entries })))).toEqual([])
    git(root, "checkout", "-q", "-b", "side")
    writeFileSync(join(root, "LOOM.md"), "two")
    const second = await gathered(sessionWith({ roots: [root], entries }))
    expect(sources(second)).toEqual(["LOOM.md", "git"])
    git(root, "checkout", "-q", "main")
    expect(sources(await gathered(sessionWith({ roots: [root], entries: [...entries, noteOf(second)] })))).toEqual(["git"])
    expect(sources(await gathered(sessionWith({ roots: [root], entries: [...entries, noteOf(second)], base: 1 })))).toEqual(["environment", "git", "date"])
  })

  test("what is not ready in time, or breaks, is left out and named", async () => {
    const more: readonly Source[] = [
      { name: "a slow map", ...plenty, gather: Effect.never },
      { name: "a broken graph", ...plenty, gather: Effect.die("broken") },
      { name: "a quick one", ...plenty, gather: Effect.succeed([{ fragment: { source: "quick", text: "<quick>q</quick>" } }]) }
    ]
    const answer = await gathered(sessionWith({ roots: [emptyDirectory()] }), more)
    expect(answer.missing).toEqual(["a slow map", "a broken graph"])
    expect(sources(answer)).toEqual(["environment", "git", "date", "quick"])
  })

  test("the checkpoint of the turn is begun and not waited for; one that is known already is in the answer", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a" })
    const data = emptyDirectory("data")
    await Effect.runPromise(
      Effect.gen(function*() {
        const checkpoints = yield* Checkpoints
        const session = sessionWith({ roots: [root] })
        const first = yield* gather({ ...session, turn: 1 })
        expect("tree" in first).toBe(false)
        let taken: string | null = null
        while (taken === null) taken = yield* checkpoints.find(turnReason("s1", 1))
        yield* Effect.sleep(50)
        expect((yield* gather({ ...session, turn: 2 })).tree).toBe(taken)
        put(root, { "a.ts": "b" })
        expect("tree" in (yield* gather({ ...session, turn: 3 }))).toBe(false)
      }).pipe(Effect.provide(rooms(root, data)), Effect.scoped)
    )
  })
})

describe("the rules file", () => {
  const given = (files: Parameters<typeof put>[1]): string => {
    const root = emptyDirectory()
    put(root, files)
    return root
  }

  test("LOOM.md before AGENTS.md before CLAUDE.md; none is nothing, a blank one too", () => {
    const source = (root: string) => JSON.parse(JSON.stringify(gatherRules(root)))
    expect(source(given({ "LOOM.md": "l", "AGENTS.md": "a", "CLAUDE.md": "c" })).fragment.source).toBe("LOOM.md")
    expect(source(given({ "AGENTS.md": "a", "CLAUDE.md": "c" })).fragment.source).toBe("AGENTS.md")
    expect(source(given({ "CLAUDE.md": "c" })).fragment.source).toBe("CLAUDE.md")
    expect(source(given({}))).toEqual({ fragment: null })
    expect(source(given({ "LOOM.md": " \n" }))).toEqual({ fragment: null })
  })

  test("at most 32 kB, cut between characters, and the cut is said", () => {
    const whole = gatherRules(given({ "LOOM.md": "x".repeat(RULES_BYTES_MAX) }))
    const cut = gatherRules(given({ "LOOM.md": `x${"ü".repeat(RULES_BYTES_MAX)}` }))
    const text = (one: typeof whole) => ("fragment" in one ? (one.fragment?.text ?? "") : "")
    expect(text(whole)).not.toContain("[cut here")
    expect(text(cut)).toContain(`ü\n\n[cut here: the file has more than 32 kB]\n</instructions>`)
    expect(text(cut)).not.toContain("\uFFFD")
  })

  test("a link inside the workspace is followed, one that leads outside is not read; a directory or a pipe neither", () => {
    const secret = join(emptyDirectory(), "secret")
    writeFileSync(secret, "the key")
    const inside = given({ "CLAUDE.md": { link: "docs/rules.md" }, "docs/rules.md": "tabs" })
    expect(JSON.stringify(gatherRules(inside))).toContain("tabs")
    const outside = given({ "AGENTS.md": "a" })
    symlinkSync(secret, join(outside, "LOOM.md"))
    expect(gatherRules(outside)).toEqual({ missing: "LOOM.md: it leads outside the workspace" })
    rmSync(join(outside, "LOOM.md"))
    mkdirSync(join(outside, "LOOM.md"))
    expect(gatherRules(outside)).toEqual({ missing: "LOOM.md: it is no regular file" })
    rmSync(join(outside, "LOOM.md"), { recursive: true })
    execFileSync("mkfifo", [join(outside, "LOOM.md")])
    expect(gatherRules(outside)).toEqual({ missing: "LOOM.md: it is no regular file" })
  })
})
