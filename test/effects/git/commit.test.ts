import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { withChanges, type AgentFile } from "../../../src/effects/git/agent-files.ts"
import { commitFiles, type Committed } from "../../../src/effects/git/commit.ts"
import { emptyDirectory, git, put, repositoryWith, withCheckpoints } from "./place.ts"

interface Turn {
  readonly agent: () => void
  /** What the person does between the agent's tools and the commit. */
  readonly person?: () => void
  readonly onDetached?: boolean
}

/** What the agent does in one batch is found out as it is in earnest: by a checkpoint before and one after. */
const commitTurn = (root: string, { agent, person, onDetached }: Turn): Promise<Committed> =>
  withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const before = yield* checkpoints.take("before")
      agent()
      const after = yield* checkpoints.take("after")
      const files: readonly AgentFile[] = [...withChanges(new Map(), yield* checkpoints.diff(before.tree, after.tree)).values()]
      person?.()
      return yield* commitFiles({ root, files, session: "s1", event: 7, read: checkpoints.read, ...(onDetached === undefined ? {} : { onDetached }) })
    })
  )

const committedFiles = (root: string): string => git(root, "show", "--format=", "--name-status", "--no-renames", "HEAD")

describe("a commit of the agent's own files (AFTER-10 to AFTER-12)", () => {
  test("edited, new, deleted, renamed, linked, made executable: all in one commit with a conventional subject and trailers", async () => {
    const root = repositoryWith(emptyDirectory(), { "src/a.ts": "a\n", "old name.ts": "o\n", "gone.ts": "g\n", "run.sh": "r\n", "l": { link: "src/a.ts" } })
    const before = git(root, "rev-parse", "HEAD")
    const done = await commitTurn(root, {
      agent: () => {
        put(root, { "src/a.ts": "a2\n", "src/ключ ü.ts": "n\n" })
        renameSync(join(root, "old name.ts"), join(root, "new name.ts"))
        rmSync(join(root, "gone.ts"))
        chmodSync(join(root, "run.sh"), 0o755)
        rmSync(join(root, "l"))
        symlinkSync("run.sh", join(root, "l"))
      }
    })
    expect(done).toEqual({
      commit: git(root, "rev-parse", "main"),
      files: ["gone.ts", "l", "new name.ts", "old name.ts", "run.sh", "src/a.ts", "src/ключ ü.ts"],
      leftOut: [],
      settled: [],
      reports: []
    })
    expect(git(root, "log", "-1", "--format=%P%n%an <%ae>%n%B")).toBe(`${before}\nTest <test@example.invalid>\nfeat: edit l and 6 more\n\nLoom-Session: s1\nLoom-Event: 7`)
    expect(git(root, "status", "--porcelain")).toBe("")
    expect(git(root, "ls-tree", "HEAD", "l", "run.sh")).toMatch(/^120000 blob \w+\tl\n100755 blob \w+\trun.sh$/)
    expect(git(root, "log", "-g", "-1", "--format=%gs", "main")).toBe("commit by loom")
  })

  test("the first commit of a repository, and a folder inside one", async () => {
    const root = emptyDirectory()
    git(root, "init", "-q")
    mkdirSync(join(root, "packages/one"), { recursive: true })
    put(root, { "person.txt": "p\n" })
    const done = await commitTurn(join(root, "packages/one"), { agent: () => put(join(root, "packages/one"), { "a.ts": "a\n" }) })
    expect(done.files).toEqual(["a.ts"])
    expect(git(root, "show", "--format=%s %P", "--name-only", "HEAD")).toBe("feat: add a.ts \n\npackages/one/a.ts")
    expect(git(root, "status", "--porcelain")).toBe("?? person.txt")
  })

  test("line ends as the repository keeps them", async () => {
    const root = repositoryWith(emptyDirectory(), { ".gitattributes": "*.txt text eol=crlf\n", "a.txt": "one\ntwo\n" })
    rmSync(join(root, "a.txt"))
    git(root, "checkout", "-q", "a.txt")
    const done = await commitTurn(root, { agent: () => put(root, { "a.txt": "one\r\ntwo\r\nthree\r\n" }) })
    expect(done.files).toEqual(["a.txt"])
    expect(git(root, "cat-file", "blob", "HEAD:a.txt")).toBe("one\ntwo\nthree")
    expect(git(root, "status", "--porcelain")).toBe("")
  })

  test("what a shell command of the agent put back to how it was committed needs nothing", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a\n" })
    put(root, { "a.txt": "mine\n" })
    const done = await commitTurn(root, { agent: () => git(root, "checkout", "a.txt") })
    expect(done).toMatchObject({ commit: null, files: [] })
    const head = git(root, "rev-parse", "HEAD")
    const own = await commitTurn(root, {
      agent: () => {
        put(root, { "b.txt": "b\n" })
        git(root, "add", "b.txt")
        git(root, "commit", "-qm", "the agent's own")
      }
    })
    expect(own).toEqual({ commit: null, files: [], leftOut: [], settled: ["b.txt"], reports: [] })
    expect(git(root, "rev-parse", "HEAD~")).toBe(head)
  })
})

describe("what is the person's stays the person's (AFTER-11)", () => {
  test("staged, half-staged, edited, deleted and untracked files beside the agent's are exactly as before", async () => {
    const root = repositoryWith(emptyDirectory(), { "agent.ts": "a\n", "staged.ts": "s\n", "half.ts": "h\n", "edited.ts": "e\n", "deleted.ts": "d\n", "kept.ts": "k\n" })
    put(root, { "staged.ts": "S\n", "half.ts": "H\n", "edited.ts": "E\n", "untracked.ts": "u\n", "added.ts": "n\n" })
    rmSync(join(root, "deleted.ts"))
    git(root, "add", "staged.ts", "half.ts", "added.ts")
    put(root, { "half.ts": "H2\n" })
    git(root, "update-index", "--assume-unchanged", "kept.ts")
    git(root, "add", "-N", "untracked.ts")
    const view = () => ({
      status: git(root, "status", "--porcelain=v2").split("\n").filter((line) => !/agent/.test(line)),
      index: git(root, "ls-files", "-s", "-v").split("\n").filter((line) => !/agent/.test(line)),
      staged: git(root, "diff", "--cached"),
      stash: git(root, "stash", "list")
    })
    const before = view()
    const done = await commitTurn(root, { agent: () => put(root, { "agent.ts": "A\n", "agent-new.ts": "A\n" }) })
    expect(done.files).toEqual(["agent-new.ts", "agent.ts"])
    expect(committedFiles(root)).toBe("A\tagent-new.ts\nM\tagent.ts")
    expect(view()).toEqual(before)
    expect(git(root, "status", "--porcelain", "agent.ts", "agent-new.ts")).toBe("")
  })

  test("a file in which both have been at work is left out and reported: edits not committed, staged, untracked, deleted, edited afterwards", async () => {
    const names = ["dirty.ts", "staged.ts", "after.ts", "deleted.ts"]
    const root = repositoryWith(emptyDirectory(), Object.fromEntries(names.map((name) => [name, "1\n"])))
    put(root, { "dirty.ts": "mine\n", "untracked.ts": "mine\n", "staged.ts": "staged\n" })
    git(root, "add", "staged.ts")
    put(root, { "staged.ts": "1\n" })
    rmSync(join(root, "deleted.ts"))
    const head = git(root, "rev-parse", "HEAD")
    const before = git(root, "status", "--porcelain=v2")
    const done = await commitTurn(root, {
      agent: () => put(root, Object.fromEntries([...names, "untracked.ts"].map((name) => [name, "the agent's\n"]))),
      person: () => put(root, { "after.ts": "again mine\n" })
    })
    const mixed = "it held changes of yours that are not committed"
    expect(done.leftOut).toEqual([
      { path: "after.ts", why: "it was changed by somebody else after the agent" },
      { path: "deleted.ts", why: mixed },
      { path: "dirty.ts", why: mixed },
      { path: "staged.ts", why: "you have staged it" },
      { path: "untracked.ts", why: mixed }
    ])
    expect(done.reports).toEqual(done.leftOut.map(({ path, why }) => `auto-commit: ${path} left out: ${why}`))
    expect(done.commit).toBe(null)
    expect(git(root, "rev-parse", "HEAD")).toBe(head)
    expect(git(root, "diff", "--cached", "--name-only")).toBe("staged.ts")
    expect(before).toContain("untracked.ts")
  })

  test("ignored files and other repositories are never committed", async () => {
    const root = repositoryWith(emptyDirectory(), { ".gitignore": ".env\n" })
    mkdirSync(join(root, "inner"))
    repositoryWith(join(root, "inner"), { "i": "i" })
    const done = await commitTurn(root, {
      agent: () => {
        put(root, { ".env": "KEY=1\n", "inner/i": "2", "a.ts": "a\n" })
        git(join(root, "inner"), "commit", "-qam", "moved")
      }
    })
    expect(done.files).toEqual(["a.ts"])
    expect(done.leftOut.filter(({ path }) => path === ".env")).toEqual([{ path: ".env", why: "it is ignored" }])
    expect(done.reports).toEqual([])
  })

  test("a filter of the repository is not run: its files are left to the person", async () => {
    const root = repositoryWith(emptyDirectory(), { ".gitattributes": "*.psd filter=lfs -text\n", "a.psd": "a" })
    git(root, "config", "filter.lfs.clean", "touch ran; cat")
    const done = await commitTurn(root, { agent: () => put(root, { "a.psd": "b", "b.ts": "b\n" }) })
    expect(done.files).toEqual(["b.ts"])
    expect(done.reports).toEqual(["auto-commit: a.psd left out: its filter lfs is a program of this repository and is not run; commit it yourself"])
    expect(existsSync(join(root, "ran"))).toBe(false)
  })
})

describe("when nothing is committed (AFTER-13)", () => {
  test("in a folder that is no repository, on no branch, in the middle of a merge", async () => {
    const plain = emptyDirectory()
    expect(await commitTurn(plain, { agent: () => put(plain, { "a.ts": "a\n" }) })).toEqual({ commit: null, files: [], leftOut: [], settled: [], reports: [] })
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    git(root, "checkout", "-q", "--detach")
    const detached = await commitTurn(root, { agent: () => put(root, { "a.ts": "b\n" }) })
    expect(detached.reports).toEqual(["auto-commit: not done: no branch is checked out"])
    put(root, { "a.ts": "a\n" })
    const told = await commitTurn(root, { agent: () => put(root, { "a.ts": "c\n" }), onDetached: true })
    expect(told.commit).toBe(git(root, "rev-parse", "HEAD"))
    expect(git(root, "rev-parse", "main")).toBe(git(root, "rev-parse", "HEAD~"))
    git(root, "checkout", "-q", "-b", "side", "main")
    put(root, { "a.ts": "side\n" })
    git(root, "commit", "-qam", "side")
    git(root, "checkout", "-q", "main")
    put(root, { "a.ts": "main\n" })
    git(root, "commit", "-qam", "main")
    expect(() => git(root, "merge", "side")).toThrow()
    const merging = await commitTurn(root, { agent: () => put(root, { "b.ts": "b\n" }) })
    expect(merging.reports).toEqual(["auto-commit: left to you while a merge is under way"])
  })

  test("a key in what would be committed: nothing is, and it is said where; a key that was there already does not matter", async () => {
    const key = `ghp_${"a1B2".repeat(10)}`
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n", "old.ts": `const t = "${key}"\n` })
    const head = git(root, "rev-parse", "HEAD")
    const done = await commitTurn(root, { agent: () => put(root, { "a.ts": `one\nconst t = "${key}"\n`, "b.ts": "b\n" }) })
    expect(done.reports).toEqual(["auto-commit: not done, for a.ts line 2 looks like a GitHub token; take it out, or commit it yourself"])
    expect(git(root, "rev-parse", "HEAD")).toBe(head)
    expect(JSON.stringify(done)).not.toContain(key)
    git(root, "checkout", "a.ts")
    const again = await commitTurn(root, { agent: () => put(root, { "old.ts": `const t = "${key}"\nmore\n` }) })
    expect(again.files).toEqual(["old.ts"])
  })

  test("git is in use by the person: their index is locked, or their branch moved meanwhile; then nothing changes", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    const head = git(root, "rev-parse", "HEAD")
    const locked = await commitTurn(root, { agent: () => put(root, { "a.ts": "b\n" }), person: () => writeFileSync(join(root, ".git/index.lock"), "") })
    rmSync(join(root, ".git/index.lock"))
    expect(locked.commit).toBe(null)
    expect(locked.reports).toEqual([
      expect.stringMatching(
        /^auto-commit: put off: git is in use by somebody else \(git update-index in .*: Unable to create '.*index.lock': File exists\.\)$/
      )
    ])
    const blocked = await commitTurn(root, {
      agent: () => put(root, { "new.ts": "n\n" }),
      person: () => {
        mkdirSync(join(root, ".git/refs/heads"), { recursive: true })
        writeFileSync(join(root, ".git/refs/heads/main.lock"), "")
      }
    })
    rmSync(join(root, ".git/refs/heads/main.lock"))
    expect(blocked.reports).toEqual([expect.stringContaining("auto-commit: put off: git is in use by somebody else (git update-ref")])
    expect(git(root, "rev-parse", "HEAD")).toBe(head)
    expect(git(root, "status", "--porcelain")).toBe("M a.ts\n?? new.ts")
  })

  test("the person's commit hooks are not run, and that is said", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    for (const hook of ["pre-commit", "commit-msg", "post-commit", "reference-transaction"]) {
      put(root, { [`.git/hooks/${hook}`]: { program: "#!/bin/sh\ntouch ran\nexit 1\n" } })
    }
    const done = await commitTurn(root, { agent: () => put(root, { "a.ts": "b\n" }) })
    expect(done.files).toEqual(["a.ts"])
    expect(done.reports).toEqual(["auto-commit: the commit hooks of this repository are not run"])
    expect(existsSync(join(root, "ran"))).toBe(false)
  })

  test("git does not know who commits: said in git's words", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.ts": "a\n" })
    git(root, "config", "user.useConfigOnly", "true")
    const names = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"]
    const saved = names.map((name) => process.env[name])
    for (const name of names) delete process.env[name]
    try {
      const failed = await commitTurn(root, { agent: () => put(root, { "a.ts": "b\n" }) }).catch((error: unknown) => String(error))
      expect(failed).toContain("no email was given and auto-detection is disabled")
    } finally {
      for (const [index, name] of names.entries()) process.env[name] = saved[index] ?? ""
    }
  })
})
