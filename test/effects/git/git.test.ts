import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, test } from "vitest"
import { gitEnvironment } from "../../../src/effects/git/git-environment.ts"
import { gitText, runGit } from "../../../src/effects/git/git.ts"
import { findRepository, headOf, isRepository, underWay } from "../../../src/effects/git/repository.ts"
import { emptyDirectory, git, put, repositoryWith } from "./place.ts"

const flipped = (args: readonly string[], cwd: string, more = {}) => Effect.runPromise(Effect.flip(runGit(args, { cwd, ...more })))

describe("the door to git", () => {
  test("says what it was asked, and fails in words", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a" })
    expect(await Effect.runPromise(gitText(["show", "HEAD:a.txt"], { cwd: root }))).toBe("a")
    expect(await Effect.runPromise(gitText(["hash-object", "--stdin"], { cwd: root, input: "a" }))).toBe("2e65efe2a145dda7ee51d1741299f848e5bf752e")
    const { code } = await Effect.runPromise(runGit(["cat-file", "-e", "0".repeat(40)], { cwd: root, codes: [0, 1, 128] }))
    expect(code).toBe(1)
    expect(await flipped(["show", "nobody"], root)).toMatchObject({
      reason: "failed",
      message: `git show in ${root}: ambiguous argument 'nobody': unknown revision or path not in the working tree.`
    })
    expect(await flipped(["status"], join(root, "gone"))).toMatchObject({
      reason: "failed",
      message: `git status in ${join(root, "gone")}: the directory does not exist`
    })
  })

  test("stops one that says too much", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a".repeat(500_000) })
    expect(await flipped(["show", "HEAD:a.txt"], root, { outputBytesMax: 1000 })).toMatchObject({
      reason: "too-much",
      message: `git show in ${root}: it printed more than 1000 bytes`
    })
  })

  test("interrupted, its whole process group is dead before the interruption ends", async () => {
    const root = repositoryWith(emptyDirectory(), {"a.txt": "a" })
    const pids = join(root, "pids")
    const slow = `alias.slow=!sleep 600 & echo $$ $! > '${pids}'; wait`
    const alive = await Effect.runPromise(
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(runGit(["-c", slow, "slow"], { cwd: root }), { startImmediately: true })
        while (!existsSync(pids) || readFileSync(pids, "utf8") === "") yield* Effect.sleep(5)
        yield* Fiber.interrupt(fiber)
        return readFileSync(pids, "utf8").trim().split(" ").filter((pid) => isRunning(Number(pid)))
      })
    )
    expect(alive).toEqual([])
  })

  test("nothing of the environment that would lead it elsewhere, and no key, comes through", () => {
    const inherited = {
      PATH: "/bin",
      HOME: "/h",
      GIT_DIR: "/evil",
      GIT_INDEX_FILE: "/evil",
      GIT_EXTERNAL_DIFF: "evil",
      GIT_SSH_COMMAND: "evil",
      GIT_CONFIG_COUNT: "1",
      GIT_AUTHOR_NAME: "Ada",
      ANTHROPIC_API_KEY: "k"
    }
    const { PATH, HOME, GIT_AUTHOR_NAME, ...fixed } = gitEnvironment(inherited, { GIT_DIR: "/ours" })
    expect({ PATH, HOME, GIT_AUTHOR_NAME }).toEqual({ PATH: "/bin", HOME: "/h", GIT_AUTHOR_NAME: "Ada" })
    expect(Object.keys(fixed).sort()).toEqual(
      "GIT_ALLOW_PROTOCOL GIT_ASKPASS GIT_DIR GIT_EDITOR GIT_LITERAL_PATHSPECS GIT_NO_LAZY_FETCH GIT_NO_REPLACE_OBJECTS GIT_OPTIONAL_LOCKS GIT_PAGER GIT_TERMINAL_PROMPT LC_ALL".split(" ")
    )
    expect(fixed["GIT_DIR"]).toBe("/ours")
  })
})

describe("where a repository keeps what, without a process", () => {
  test("a folder in it, a worktree, a submodule, none", () => {
    const root = repositoryWith(emptyDirectory(), { "sub/a.txt": "a" })
    const library = repositoryWith(emptyDirectory(), { "l.txt": "l" })
    git(root, "submodule", "add", "-q", library, "lib")
    const worktree = join(emptyDirectory(), "wt")
    git(root, "worktree", "add", "-q", "-b", "side", worktree)
    expect(findRepository(join(root, "sub"))).toEqual({ top: root, gitDirectory: join(root, ".git"), commonDirectory: join(root, ".git") })
    expect(findRepository(worktree)).toEqual({ top: worktree, gitDirectory: join(root, ".git/worktrees/wt"), commonDirectory: join(root, ".git") })
    expect(findRepository(join(root, "lib"))?.commonDirectory).toBe(join(root, ".git/modules/lib"))
    expect(isRepository(emptyDirectory())).toBe(false)
    const broken = emptyDirectory()
    mkdirSync(join(broken, ".git"))
    expect(isRepository(broken)).toBe(false)
  })

  test("where HEAD stands: on a branch, loose or packed, without a commit, or on none", () => {
    const root = emptyDirectory()
    git(root, "init", "-q")
    const head = () => headOf(findRepository(root) ?? { top: "", gitDirectory: "", commonDirectory: "" })
    expect(head()).toEqual({ branch: "main", commit: null })
    repositoryWith(root, { "a.txt": "a" })
    const commit = git(root, "rev-parse", "HEAD")
    expect(head()).toEqual({ branch: "main", commit })
    git(root, "pack-refs", "--all")
    expect(head()).toEqual({ branch: "main", commit })
    git(root, "checkout", "-q", "-b", "feature/größe")
    expect(head()).toEqual({ branch: "feature/größe", commit })
    git(root, "checkout", "-q", "--detach")
    expect(head()).toEqual({ branch: null, commit })
  })

  test("what the person has begun and not ended", () => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a" })
    const doing = () => underWay(findRepository(root) ?? { top: "", gitDirectory: "", commonDirectory: "" })
    expect(doing()).toBe(null)
    git(root, "checkout", "-q", "-b", "side")
    put(root, { "a.txt": "side" })
    git(root, "commit", "-qam", "side")
    git(root, "checkout", "-q", "main")
    writeFileSync(join(root, "a.txt"), "main")
    git(root, "commit", "-qam", "main")
    expect(() => git(root, "merge", "side")).toThrow()
    expect(doing()).toBe("a merge")
    git(root, "merge", "--abort")
    expect(() => git(root, "cherry-pick", "side")).toThrow()
    expect(doing()).toBe("a cherry-pick")
    git(root, "cherry-pick", "--abort")
    expect(() => git(root, "rebase", "side")).toThrow()
    expect(doing()).toBe("a rebase")
  })
})

const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}
