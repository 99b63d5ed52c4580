import { execFileSync } from "node:child_process"
import { chmodSync } from "node:fs"
import { expect, test } from "vitest"
import { judgeGit, type GitOperation } from "../../../src/effects/tools/git/options.ts"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const judged = (operation: GitOperation, args: readonly string[]): string => {
  const verdict = judgeGit(operation, args)
  return typeof verdict === "string" ? verdict : "refused"
}

test.each([
  ["status", [], "reads"],
  ["status", ["-sb", "src"], "reads"],
  ["status", ["-sz"], "refused"],
  ["status", ["-s", "-b", "--porcelain=v2", "src"], "reads"],
  ["diff", ["--cached", "--stat", "-U5", "HEAD~2", "--", "src/a b.ts"], "reads"],
  ["diff", ["--output=x"], "refused"],
  ["diff", ["--outp=x"], "refused"],
  ["diff", ["--ext-diff"], "refused"],
  ["diff", ["--textconv"], "refused"],
  ["diff", ["--no-index", "/etc/passwd", "/etc/group"], "refused"],
  ["diff", ["-O/etc/passwd"], "refused"],
  ["diff", ["-S", "--", "--output=x"], "refused"],
  ["diff", ["--", "--output=x"], "refused"],
  ["log", ["--oneline", "-n", "5", "--since=2 days ago", "--author=x", "--format=%h %s", "main..HEAD"], "reads"],
  ["log", ["-p", "-S", "needle", "-L1,5:a.ts"], "reads"],
  ["log", ["--format=%h %G?"], "refused"],
  ["log", ["--pretty=tformat:%+GK"], "refused"],
  ["log", ["--show-signature"], "refused"],
  ["log", ["--output", "x"], "refused"],
  ["show", ["HEAD:src/a.ts"], "reads"],
  ["show", ["--stat", "v1.0"], "reads"],
  ["show", ["--ext-diff"], "refused"],
  ["add", ["-A"], "changes"],
  ["add", ["src/a.ts", "--", "b.ts"], "changes"],
  ["add", ["-p"], "refused"],
  ["add", ["-i"], "refused"],
  ["add", ["-e"], "refused"],
  ["add", ["-f", "dist"], "refused"],
  ["add", ["--pathspec-from-file=/etc/passwd"], "refused"],
  ["commit", ["-m", "fix: x"], "changes"],
  ["commit", ["-am", "- begins with a dash"], "changes"],
  ["commit", ["-mshort"], "changes"],
  ["commit", ["--message=x", "--allow-empty"], "changes"],
  ["commit", ["-m", "subject", "-m", "--output=only text"], "changes"],
  ["commit", [], "refused"],
  ["commit", ["-a"], "refused"],
  ["commit", ["-m"], "refused"],
  ["commit", ["-m", "  "], "refused"],
  ["commit", ["--author", "-mx"], "refused"],
  ["commit", ["--amend", "-m", "x"], "refused"],
  ["commit", ["--no-verify", "-m", "x"], "refused"],
  ["commit", ["-n", "-m", "x"], "refused"],
  ["commit", ["-F", "/etc/passwd"], "refused"],
  ["commit", ["-e", "-m", "x"], "refused"],
  ["commit", ["-S", "-m", "x"], "refused"],
  ["commit", ["-C", "HEAD"], "refused"],
  ["branch", [], "reads"],
  ["branch", ["-a", "-vv"], "reads"],
  ["branch", ["--list", "fix/*"], "reads"],
  ["branch", ["--contains", "HEAD"], "reads"],
  ["branch", ["--show-current"], "reads"],
  ["branch", ["new", "HEAD~1"], "changes"],
  ["branch", ["-v", "new"], "refused"],
  ["branch", ["-d", "old"], "refused"],
  ["branch", ["-D", "old"], "refused"],
  ["branch", ["-f", "main", "HEAD~5"], "refused"],
  ["branch", ["-m", "a", "b"], "refused"],
  ["branch", ["--edit-description"], "refused"],
  ["branch", ["--unset-upstream"], "refused"],
  ["branch", ["--format=%(signature)"], "refused"],
  ["stash", [], "changes"],
  ["stash", ["push", "-u", "-m", "-x", "src"], "changes"],
  ["stash", ["-m", "message"], "changes"],
  ["stash", ["pop"], "changes"],
  ["stash", ["apply", "stash@{1}"], "changes"],
  ["stash", ["list"], "reads"],
  ["stash", ["show", "-p", "stash@{0}"], "reads"],
  ["stash", ["drop"], "refused"],
  ["stash", ["clear"], "refused"],
  ["stash", ["branch", "x"], "refused"],
  ["stash", ["save", "x"], "refused"],
  ["stash", ["push", "-p"], "refused"],
  ["stash", ["show", "--ext-diff"], "refused"]
] as readonly (readonly [GitOperation, readonly string[], string])[])("git %s %j: %s", (operation, args, verdict) => {
  expect(judged(operation, args)).toBe(verdict)
})

const bench = workbench()
const outside = folder()
outside.write("secret.txt", "secret outside\n")
const plainGit = (...args: readonly string[]): string => execFileSync("git", ["-C", bench.root, ...args], { encoding: "utf8" })
plainGit("init", "-q", "-b", "main")
const git = async (operation: string, ...args: readonly string[]) => {
  const { status, text } = await bench.call("git", { operation, args })
  return { status, text }
}

test("files are staged, committed, shown and logged, whatever their names", async () => {
  bench.write("größe a.txt", "one\n")
  expect((await git("status", "-s")).text).toBe('exit code 0\n?? "größe a.txt"\n')
  expect((await git("add", "größe a.txt")).status).toBe("ok")
  expect(await git("commit", "-m", "feat: a file with a name")).toMatchObject({ status: "ok", text: expect.stringContaining("feat: a file with a name") })
  expect((await git("log", "--format=%s")).text).toBe("exit code 0\nfeat: a file with a name\n")
  bench.write("größe a.txt", "two\n")
  expect((await git("diff")).text).toContain("-one\n+two\n")
  expect((await git("show", "HEAD:größe a.txt")).text).toBe("exit code 0\none\n")
})

test("work is put aside and taken back", async () => {
  bench.write("größe a.txt", "aside\n")
  expect((await git("stash", "push", "-m", "for later")).status).toBe("ok")
  expect(bench.text("größe a.txt")).toBe("one\n")
  expect((await git("stash", "list")).text).toContain("for later")
  expect((await git("stash", "show", "-p")).text).toContain("+aside")
  expect((await git("stash", "pop")).status).toBe("ok")
  expect(bench.text("größe a.txt")).toBe("aside\n")
})

test("branches are made and listed", async () => {
  expect((await git("branch", "fix/x")).status).toBe("ok")
  expect((await git("branch", "--list", "fix/*")).text).toBe("exit code 0\n  fix/x\n")
})

test("what git says no to is an error with its words", async () => {
  expect(await git("show", "no-such-revision")).toEqual({ status: "error", text: expect.stringMatching(/^exit code 128\n\[stderr\]\nfatal: /) })
  expect(await git("branch", "fix/x")).toEqual({ status: "error", text: expect.stringContaining("already exists") })
})

test.each([
  ["commit", ["-a"], "git commit: a commit needs a message: -m and its text"],
  ["diff", ["--output=x"], "git diff: the option --output=x is not among those that are safe here"],
  ["stash", ["drop"], "git stash: stash drop is not possible here; list, show, push, apply and pop are"],
  ["push", [], expect.stringMatching(/^git: operation: expected "status" \| /)]
])("git %s %j is invalid", async (operation, args, why) => {
  expect(await git(operation, ...args)).toEqual({ status: "invalid", text: why })
})

test.each([
  ["diff", ["--", outside.path("secret.txt")]],
  ["diff", [outside.path("secret.txt"), "größe a.txt"]],
  ["diff", ["../x", "größe a.txt"]],
  ["log", ["--", ".."]],
  ["show", ["HEAD:../x"]],
  ["add", [outside.path("secret.txt")]]
])("git %s %j leads outside and is invalid", async (operation, args) => {
  expect(await git(operation, ...args)).toEqual({ status: "invalid", text: expect.stringContaining("outside the workspace") })
})

test("reading git is free of commands and names the paths that it reads; changing it is a command", async () => {
  const facts = async (operation: string, ...args: readonly string[]) => {
    const { changes, paths, commands } = await bench.vet("git", { operation, args })
    return { changes, paths: paths.map(({ path }) => path), commands }
  }
  bench.write("src/a.ts", "")
  expect(await facts("status")).toEqual({ changes: false, paths: [], commands: [] })
  expect(await facts("diff", "HEAD", "src/a.ts")).toEqual({ changes: false, paths: ["src/a.ts"], commands: [] })
  expect(await facts("diff", "--", "gone.ts")).toEqual({ changes: false, paths: ["gone.ts"], commands: [] })
  expect(await facts("show", "HEAD:.env")).toEqual({ changes: false, paths: [".env"], commands: [] })
  expect(await facts("log", "main..fix/x")).toEqual({ changes: false, paths: [], commands: [] })
  expect(await facts("commit", "-m", "fix: a b")).toEqual({ changes: true, paths: [], commands: [{ text: "git commit -m 'fix: a b'", reads: false }] })
})

test("no program that the settings name runs for looking: no watcher, no diff, no pager, no conversion, no check of signatures", async () => {
  const evil = bench.write(".evil", `#!/bin/sh\ntouch "${bench.path("ran-$1")}"\ncat\n`)
  chmodSync(evil, 0o755)
  const settings = ["core.fsmonitor", "diff.external", "core.pager", "diff.evil.textconv", "diff.evil.command", "core.editor", "sequence.editor"]
  for (const setting of settings) plainGit("config", setting, `"${evil}" ${setting}`)
  plainGit("config", "gpg.program", evil)
  plainGit("config", "log.showSignature", "true")
  bench.write(".gitattributes", "*.txt diff=evil\n")
  bench.write("größe a.txt", "changed again\n")
  const signed = plainGit("cat-file", "commit", "HEAD").replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n")
  const revision = execFileSync("git", ["-C", bench.root, "hash-object", "-t", "commit", "-w", "--stdin"], { input: signed, encoding: "utf8" }).trim()
  for (const [operation, ...args] of [["status"], ["diff"], ["log", "-p", revision], ["show", revision], ["branch", "-a"], ["stash", "list"]]) {
    expect((await git(operation as string, ...args)).status).toBe("ok")
  }
  expect(bench.names(".").filter((name) => name.startsWith("ran-"))).toEqual([])
  for (const setting of [...settings, "gpg.program", "log.showSignature"]) plainGit("config", "--unset", setting)
})

test("what the environment says of another repository is not heard", async () => {
  process.env["GIT_DIR"] = outside.path("no-repository")
  process.env["GIT_EXTERNAL_DIFF"] = "false"
  try {
    expect((await git("diff", "--stat")).status).toBe("ok")
  } finally {
    delete process.env["GIT_DIR"]
    delete process.env["GIT_EXTERNAL_DIFF"]
  }
})

test("a bare repository that merely lies in the workspace is not taken for one", async () => {
  const trap = workbench()
  execFileSync("git", ["init", "-q", "--bare", trap.root])
  expect((await trap.call("git", { operation: "log" })).text).toMatch(/cannot use bare repository|not a git repository/)
})

test("outside of a repository git says so", async () => {
  expect(await workbenchWithout.call("git", { operation: "status" })).toMatchObject({ status: "error", text: expect.stringContaining("not a git repository") })
})
const workbenchWithout = workbench()
