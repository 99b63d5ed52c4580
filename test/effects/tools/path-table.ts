/** Every way we know by which a path could lead a tool out of the workspace, or hang it. It is one thing because it is one table: a row a behaviour. */

import { execFileSync } from "node:child_process"
import { chmodSync, linkSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { createServer, type Server } from "node:net"
import type { Folder } from "../os/folder.ts"

/** What nobody may ever read in a result. */
export const SECRET = "the-content-that-lies-outside"

export interface World {
  readonly home: Folder
  readonly outside: Folder
}

/** What is tried, by which tool with what arguments, and how the result begins (`status: text`). */
export interface PathCase {
  readonly what: string
  readonly tool: string
  readonly input: (world: World) => unknown
  /** A change between the decision and the run. */
  readonly meanwhile?: (world: World) => void
  readonly said: RegExp
}

/** Files, links of every kind, pipes and sockets inside; secrets and a repository outside. */
export const furnish = async ({ home, outside }: World): Promise<Server> => {
  outside.write("secret.txt", `${SECRET}\n`)
  outside.write("dir/deep.txt", `${SECRET}\n`)
  outside.write("key.pem", `${SECRET}\n`, 0o600)
  execFileSync("git", ["init", "--quiet", outside.path("repo")])
  outside.write("repo/file.txt", `${SECRET}\n`)
  home.write("a.txt", "inside\n")
  home.write("src/b.txt", "inside b\n")
  home.write("größe/e\u0301.txt", "decomposed\n")
  home.write("line\nbreak.txt", "broken name\n")
  home.write("-rf", "an option?\n")
  home.write("~", "a tilde\n")
  home.write("file:/x", "no address\n")
  home.write(" blank ", "blanks\n")
  home.link("to-secret", outside.path("secret.txt"))
  home.link("to-dir", outside.path("dir"))
  home.link("to-root", "/")
  home.link("to-proc", "/proc/self")
  home.link("to-dev-zero", "/dev/zero")
  home.link("to-git-config", ".git/config")
  home.link("dangling", outside.path("not-there.txt"))
  home.link("dangling-dir", outside.path("not-there"))
  home.link("chain-1", "chain-2")
  home.link("chain-2", "src/chain-3")
  home.link("src/chain-3", "../to-secret")
  home.link("loop-a", "loop-b")
  home.link("loop-b", "loop-a")
  home.link("self", "self")
  home.link("src/up", "../..")
  home.link("inside-link", "src/b.txt")
  home.link("src/home-again", home.root)
  linkSync(outside.path("secret.txt"), home.path("hard.txt"))
  linkSync(outside.path("secret.txt"), home.path("hard-2.txt"))
  linkSync(outside.path("key.pem"), home.path("hard.pem"))
  execFileSync("mkfifo", [home.path("pipe"), home.path("src/pipe")])
  execFileSync("git", ["-C", home.root, "init", "--quiet"])
  home.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n", 0o755)
  const server = createServer().listen(home.path("socket"))
  await new Promise((resolve) => server.once("listening", resolve))
  return server
}

type Given = string | ((world: World) => string)
const text = (given: Given, world: World): string => (typeof given === "string" ? given : given(world))

const OUTSIDE = /^invalid: .*outside the workspace/s
const SPECIAL = /^error: .*(is no regular file but a device, pipe or socket|is no file and no directory|is no directory)/s
const LOOP = /^invalid: .*links lead in a circle/s
const GITS = /^invalid: .* belongs to git/s

const read = (what: string, path: Given, said: RegExp): PathCase => ({ what: `read ${what}`, tool: "file_read", input: (world) => ({ path: text(path, world) }), said })
const write = (what: string, path: Given, said: RegExp): PathCase => ({ what: `write ${what}`, tool: "file_write", input: (world) => ({ path: text(path, world), content: "evil\n" }), said })
const edit = (what: string, path: Given, said: RegExp): PathCase => ({
  what: `edit ${what}`,
  tool: "file_edit",
  input: (world) => ({ path: text(path, world), edits: [{ old: SECRET, new: "evil" }] }),
  said
})
const add = (what: string, path: Given, said: RegExp): PathCase => ({
  what: `add by patch ${what}`,
  tool: "apply_patch",
  input: (world) => ({ patch: `*** Begin Patch\n*** Add File: ${text(path, world)}\n+evil\n*** End Patch` }),
  said
})
const remove = (what: string, path: Given, said: RegExp): PathCase => ({
  what: `delete by patch ${what}`,
  tool: "apply_patch",
  input: (world) => ({ patch: `*** Begin Patch\n*** Delete File: ${text(path, world)}\n*** End Patch` }),
  said
})
const search = (what: string, path: Given, said: RegExp, more: object = {}): PathCase => ({
  what: `search contents ${what}`,
  tool: "content_search",
  input: (world) => ({ pattern: SECRET, path: text(path, world), ...more }),
  said
})
const find = (what: string, input: { readonly pattern: Given; readonly path?: Given }, said: RegExp): PathCase => ({
  what: `find files ${what}`,
  tool: "file_search",
  input: (world) => ({ pattern: text(input.pattern, world), ...(input.path === undefined ? {} : { path: text(input.path, world) }) }),
  said
})
const list = (what: string, path: Given, said: RegExp, more: object = {}): PathCase => ({ what: `list ${what}`, tool: "directory_list", input: (world) => ({ path: text(path, world), ...more }), said })
const git = (what: string, operation: string, args: readonly Given[], said: RegExp): PathCase => ({
  what: `git ${operation} ${what}`,
  tool: "git",
  input: (world) => ({ operation, args: args.map((each) => text(each, world)) }),
  said
})
const shellIn = (what: string, cwd: Given, said: RegExp): PathCase => ({ what: `a command in ${what}`, tool: "shell", input: (world) => ({ command: "pwd -P", cwd: text(cwd, world) }), said })
const swapped = (base: PathCase, meanwhile: (world: World) => void): PathCase => ({ ...base, what: `${base.what}, swapped after it was allowed`, meanwhile })

const at = (name: string) => ({ outside }: World): string => outside.path(name)
const linkedTo = (name: string, target: string) => ({ home, outside }: World): void => {
  rmSync(home.path(name), { recursive: true, force: true })
  symlinkSync(outside.path(target), home.path(name))
}
const prepared = (make: (world: World) => void, path: string) => (world: World): string => {
  make(world)
  return path
}

export const CASES: readonly PathCase[] = [
  // ── reading: out by the words of the path ──────────────────────────────────────────────────────────────────────
  read("an absolute path outside", at("secret.txt"), OUTSIDE),
  read("up beyond the root", ({ home, outside }) => `..${outside.path("secret.txt").slice(home.root.lastIndexOf("/"))}`, OUTSIDE),
  read("up through what does not exist", ({ outside }) => `no/such/../../..${outside.root.slice(outside.root.lastIndexOf("/"))}/secret.txt`, OUTSIDE),
  read("so far up that the root of the machine absorbs it", ({ outside }) => `${"../".repeat(60)}${outside.path("secret.txt").slice(1)}`, OUTSIDE),
  read("a directory whose name begins as the root's", ({ home }) => `${home.root}x/secret.txt`, OUTSIDE),
  read("two slashes at the beginning", ({ outside }) => `/${outside.path("secret.txt")}`, OUTSIDE),
  read("the root with dots behind it", ({ home, outside }) => `${home.root}/./..${outside.root.slice(outside.root.lastIndexOf("/"))}/secret.txt`, OUTSIDE),
  read("the password file", "/etc/passwd", OUTSIDE),
  read("a NUL that would cut the path", "a.txt\0/../../etc/passwd", /^invalid: .*NUL/),
  read("a NUL at the end", "a.txt\0", /^invalid: .*NUL/),
  read("an address of a file", ({ outside }) => `file://${outside.path("secret.txt")}`, /^error: .*does not exist/),
  read("an address that is an ordinary name here", "file:/x", /^ok: 1\tno address/),
  read("the home by ~", "~/secret.txt", /^invalid: .*~ is not expanded/),
  read("the home of somebody by ~name", "~root/.bashrc", /^error: .*does not exist/),
  read("a variable", "$HOME/secret.txt", /^error: .*does not exist/),
  read("what a shell would run", "$(cat /etc/passwd)", /^error: .*does not exist/),
  read("an empty path", "", /^invalid: .*path is empty/),
  read("a path of 5,000 characters", "d/".repeat(2500), /^invalid: .*too long|^error: .*(too long|does not exist)/),
  read("a name of 300 characters", "n".repeat(300), /^invalid: .*too long/),
  read("dots of another alphabet", "．．/．．/etc/passwd", /^error: .*does not exist/),
  read("slashes of another alphabet", "..∕..∕etc∕passwd", /^error: .*does not exist/),
  read("dots as a web address writes them", "%2e%2e/%2e%2e/etc/passwd", /^error: .*does not exist/),
  read("backslashes", "..\\..\\etc\\passwd", /^error: .*does not exist/),
  read("the same letters composed otherwise: another name here", "größe/é.txt", /^error: .*does not exist/),
  read("letters as they were written", "größe/e\u0301.txt", /^ok: 1\tdecomposed/),
  read("a name with a line break", "line\nbreak.txt", /^ok: 1\tbroken name/),
  read("a name like an option", "-rf", /^ok: 1\tan option\?/),
  read("a file named ~ by its full path", "./~", /^ok: 1\ta tilde/),
  read("a name with blanks around it", " blank ", /^ok: 1\tblanks/),
  read("a file with a slash behind it", "a.txt/", /^invalid: .*a part of the path is a file/),
  read("a file with a dot behind it", "a.txt/.", /^invalid: .*a part of the path is a file/),
  read("up from a file", "a.txt/../a.txt", /^invalid: .*a part of the path is a file/),
  read("in capitals: another name on this file system, or the same file", "A.TXT", /^(error: .*does not exist|ok: 1\tinside)/),
  read("the root", ".", /^error: .*is a directory/),
  read("the root by a dot and a slash", "./", /^error: .*is a directory/),
  // ── reading: out by links ──────────────────────────────────────────────────────────────────────────────────────
  read("a link to a file outside", "to-secret", OUTSIDE),
  read("behind a link to a directory outside", "to-dir/deep.txt", OUTSIDE),
  read("up from behind a link outside", "to-dir/../secret.txt", OUTSIDE),
  read("behind a link to the root of the machine", "to-root/etc/passwd", OUTSIDE),
  read("a chain of links", "chain-1", OUTSIDE),
  read("a dangling link outside", "dangling", OUTSIDE),
  read("a circle of links", "loop-a", LOOP),
  read("a link to itself", "self", LOOP),
  read("behind a circle", "loop-a/x", LOOP),
  read("a link upwards in the middle", "src/up/etc/passwd", OUTSIDE),
  read("a link that comes back inside", "src/home-again/a.txt", /^ok: 1\tinside/),
  read("a link inside", "inside-link", /^ok: 1\tinside b/),
  read("a hard link to a file that everybody may read", "hard.txt", /^ok: /),
  read("a hard link to a private file", "hard.pem", /^error: .*private file with 2 names/),
  // ── reading: what never ends, and the system itself ────────────────────────────────────────────────────────────
  read("a pipe that nobody writes to", "pipe", SPECIAL),
  read("a socket", "socket", SPECIAL),
  read("a device behind a link", "to-dev-zero", OUTSIDE),
  read("a device by name", "/dev/zero", OUTSIDE),
  read("the terminal", "/dev/tty", OUTSIDE),
  read("the own environment", "/proc/self/environ", OUTSIDE),
  read("the root by way of the process", "/proc/self/root/etc/passwd", OUTSIDE),
  read("the working directory by way of the process, up", "/proc/self/cwd/../../etc/passwd", OUTSIDE),
  read("an open file by its number", "/proc/self/fd/0", /^invalid: /),
  read("a thread's environment", "/proc/thread-self/environ", OUTSIDE),
  read("the environment behind a link", "to-proc/environ", OUTSIDE),
  read("the memory", "/proc/self/mem", OUTSIDE),
  read("open files as /dev names them", "/dev/fd/0", /^invalid: /),
  // ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────
  write("outside", at("new.txt"), OUTSIDE),
  write("up", "../new.txt", OUTSIDE),
  write("over a secret", at("secret.txt"), OUTSIDE),
  write("through a link to a file", "to-secret", OUTSIDE),
  write("a new file behind a link to a directory", "to-dir/new.txt", OUTSIDE),
  write("new directories behind a link", "to-dir/x/y/new.txt", OUTSIDE),
  write("where a dangling link leads", "dangling", OUTSIDE),
  write("behind a dangling link", "dangling-dir/new.txt", OUTSIDE),
  write("through a chain", "chain-1", OUTSIDE),
  write("through a circle", "loop-a", LOOP),
  write("below a file", "a.txt/new.txt", /^invalid: .*a part of the path is a file/),
  write("a directory", "src", /^error: .*is a directory/),
  write("the root", ".", /^error: .*is a directory/),
  write("a name that ends in a slash", "new-dir/", /^invalid: .*names a directory/),
  write("a name that ends in a dot", "new-dir/.", /^invalid: .*names a directory/),
  write("a name that ends in two dots", "new-dir/x/..", /^invalid: .*names a directory/),
  write("into a pipe", "pipe", SPECIAL),
  write("into a socket", "socket", SPECIAL),
  write("into a device", "to-dev-zero", OUTSIDE),
  write("the command line of the process", "/proc/self/comm", OUTSIDE),
  write("a switch of the kernel", "/proc/sys/kernel/core_pattern", OUTSIDE),
  write("the settings of git", ".git/config", GITS),
  write("a hook of git", ".git/hooks/post-checkout", GITS),
  write("a hook in capitals", ".GIT/hooks/post-checkout", GITS),
  write("git's directory with a sign nobody sees", ".g\u200cit/config", GITS),
  write("git's directory with a mark of direction", "\u202e.git/config", GITS),
  write("git's directory with a dot behind it", ".git./config", GITS),
  write("git's directory as a stream", ".git::$INDEX_ALLOCATION/config", GITS),
  write("git's directory by its short name", "GIT~1/config", GITS),
  write("a submodule's git file", "vendor/.git", GITS),
  write("git's settings through a link", "to-git-config", GITS),
  write("a file that is only named like git's", "src/.gitignore", /^ok: wrote src\/\.gitignore/),
  write("a hard link that was not read", "hard-2.txt", /^error: .*was not read/),
  write("a path with a NUL", "x\0.txt", /^invalid: .*NUL/),
  write("a name of 300 characters", "n".repeat(300), /^(invalid|error): .*too long/),
  write("a file in a directory named with a line break", "line\nbreak/new.txt", /^ok: /),
  write("a file named like an option", "--output=x", /^ok: wrote --output=x/),
  // ── editing and patches ────────────────────────────────────────────────────────────────────────────────────────
  edit("outside", at("secret.txt"), OUTSIDE),
  edit("through a link", "to-secret", OUTSIDE),
  edit("behind a link", "to-dir/deep.txt", OUTSIDE),
  edit("a hard link: the other name keeps its content", "hard-2.txt", /^ok: /),
  edit("a private hard link", "hard.pem", /^error: .*private file with 2 names/),
  edit("a pipe", "src/pipe", SPECIAL),
  edit("a hook of git", ".git/hooks/pre-commit", GITS),
  add("outside", at("patched.txt"), OUTSIDE),
  add("up", "../patched.txt", OUTSIDE),
  add("far up, as archives are unpacked", "src/../../../../../../../../tmp/patched.txt", OUTSIDE),
  add("behind a link", "to-dir/patched.txt", OUTSIDE),
  add("where a dangling link leads", "dangling", OUTSIDE),
  add("a hook", ".git/hooks/post-merge", GITS),
  remove("outside", at("secret.txt"), OUTSIDE),
  remove("through a link", "to-secret", OUTSIDE),
  remove("git's settings", ".git/config", GITS),
  {
    what: "move by patch outside",
    tool: "apply_patch",
    input: ({ outside }) => ({ patch: `*** Begin Patch\n*** Update File: a.txt\n*** Move to: ${outside.path("moved.txt")}\n@@\n-inside\n+evil\n*** End Patch` }),
    said: OUTSIDE
  },
  {
    what: "a unified diff that adds a file outside",
    tool: "apply_patch",
    input: () => ({ patch: "--- /dev/null\n+++ b/../../escaped.txt\n@@ -0,0 +1 @@\n+evil\n" }),
    said: OUTSIDE
  },
  {
    what: "a unified diff that renames a file outside",
    tool: "apply_patch",
    input: () => ({ patch: "diff --git a/a.txt b/../out.txt\nsimilarity index 100%\nrename from a.txt\nrename to ../out.txt\n" }),
    said: OUTSIDE
  },
  {
    what: "a patch whose second file lies outside changes the first neither",
    tool: "apply_patch",
    input: ({ outside }) => ({ patch: `*** Begin Patch\n*** Delete File: a.txt\n*** Delete File: ${outside.path("secret.txt")}\n*** End Patch` }),
    said: OUTSIDE
  },
  // ── searching and listing ──────────────────────────────────────────────────────────────────────────────────────
  search("outside", at("."), OUTSIDE),
  search("of a link to a file", "to-secret", OUTSIDE),
  search("of a link to a directory", "to-dir", OUTSIDE),
  search("of everything: links are not followed", ".", /^ok: hard(-2)?\.txt:1:/),
  search("of a private hard link", "hard.pem", /^ok: no line matches/),
  search("of a pipe", "pipe", SPECIAL),
  search("by a glob that leads up", ".", /^ok: no line matches/, { glob: "../**" }),
  search("by a glob that is absolute", ".", /^ok: no line matches/, { glob: "/etc/*" }),
  search("by a pattern like an option", ".", /^ok: no line matches/, { pattern: "--pre=touch pwned" }),
  search("by a glob like an option", ".", /^ok: no line matches|^error/, { glob: "--pre=x" }),
  find("by an absolute pattern", { pattern: "/etc/*" }, /^invalid: .*absolute/),
  find("by a pattern that leads up", { pattern: "../*" }, /^invalid: .*upwards/),
  find("by a pattern that leads up in braces", { pattern: "{..,src}/*" }, /^invalid: .*upwards/),
  find("outside", { pattern: "*", path: at(".") }, OUTSIDE),
  find("behind a link by the pattern", { pattern: "to-dir/*" }, /^ok: no file matches/),
  find("behind a link by the path", { pattern: "*", path: "to-dir" }, OUTSIDE),
  find("everywhere: what is behind links is not found", { pattern: "deep.txt" }, /^ok: no file matches/),
  list("outside", at("."), OUTSIDE),
  list("the parent", "..", OUTSIDE),
  list("a link to a directory", "to-dir", OUTSIDE),
  list("deep: links are named, not entered", ".", /^ok: (?!.*deep\.txt)/s, { depth: 10 }),
  list("the open files of the process", "/proc/self/fd", OUTSIDE),
  list("a file", "a.txt", /^error: .*is no directory/),
  list("a circle", "loop-a", LOOP),
  // ── git and commands ───────────────────────────────────────────────────────────────────────────────────────────
  git("of a path outside", "diff", ["--", at("secret.txt")], OUTSIDE),
  git("that compares two files outside any repository", "diff", ["--no-index", "a.txt", at("secret.txt")], OUTSIDE),
  git("without an index, inside", "diff", ["--no-index", "a.txt", "src/b.txt"], /^invalid: .*--no-index/),
  git("that writes its output elsewhere", "diff", [({ outside }) => `--output=${outside.path("out.txt")}`], /^invalid: .*--output/),
  git("of a file outside", "add", [at("repo/file.txt")], OUTSIDE),
  git("up", "add", ["../x"], OUTSIDE),
  git("a list of paths from a file", "add", [({ outside }) => `--pathspec-from-file=${outside.path("secret.txt")}`], /^invalid: .*--pathspec-from-file/),
  git("with a message from a file", "commit", ["-F", at("secret.txt")], /^invalid: /),
  git("with a template", "commit", ["-t", at("secret.txt"), "-m", "x"], /^invalid: /),
  git("of lines of a file outside", "log", [({ outside }) => `-L1,1:${outside.path("secret.txt")}`], /^(invalid|error): /),
  git("behind a link", "add", ["to-dir/deep.txt"], OUTSIDE),
  shellIn("a directory outside", at("."), OUTSIDE),
  shellIn("the parent", "..", OUTSIDE),
  shellIn("a link outside", "to-dir", OUTSIDE),
  shellIn("a file", "a.txt", /^error: .*is no directory/),
  shellIn("what does not exist", "nowhere", /^error: .*is no directory/),
  shellIn("the working directory of the process, up", "/proc/self/cwd/..", OUTSIDE),
  // ── swapped between the decision and the run ───────────────────────────────────────────────────────────────────
  swapped(read("a file that became a link", prepared(({ home }) => home.write("swap-1/f.txt", "inside\n"), "swap-1/f.txt"), OUTSIDE_LATE()), linkedTo("swap-1/f.txt", "secret.txt")),
  swapped(read("a file whose directory became a link", prepared(({ home }) => home.write("swap-2/deep.txt", "inside\n"), "swap-2/deep.txt"), OUTSIDE_LATE()), linkedTo("swap-2", "dir")),
  swapped(write("a new file whose directory became a link", prepared(({ home }) => home.directory("swap-3"), "swap-3/new.txt"), OUTSIDE_LATE()), linkedTo("swap-3", "dir")),
  swapped(write("a new file that became a link", "swap-4", OUTSIDE_LATE()), linkedTo("swap-4", "made-by-link.txt")),
  swapped(search("of a directory that became a link", prepared(({ home }) => home.directory("swap-5"), "swap-5"), OUTSIDE_LATE()), linkedTo("swap-5", "dir")),
  swapped(list("a directory that became a link", prepared(({ home }) => home.directory("swap-6"), "swap-6"), OUTSIDE_LATE()), linkedTo("swap-6", "dir")),
  swapped(find("in a directory that became a link", { pattern: "*", path: prepared(({ home }) => home.directory("swap-7"), "swap-7") }, OUTSIDE_LATE()), linkedTo("swap-7", "dir")),
  swapped(shellIn("a directory that became a link", prepared(({ home }) => home.directory("swap-8"), "swap-8"), OUTSIDE_LATE()), linkedTo("swap-8", "dir")),
  swapped(edit("a file that became a link", prepared(({ home }) => home.write("swap-9.txt", `${SECRET} `.trim()), "swap-9.txt"), OUTSIDE_LATE()), linkedTo("swap-9.txt", "secret.txt")),
  swapped(remove("a file that became a link", prepared(({ home }) => home.write("swap-10.txt", "inside\n"), "swap-10.txt"), OUTSIDE_LATE()), linkedTo("swap-10.txt", "secret.txt")),
  swapped(read("a file that became a pipe", prepared(({ home }) => home.write("swap-11", "inside\n"), "swap-11"), SPECIAL), ({ home }) => {
    rmSync(home.path("swap-11"))
    execFileSync("mkfifo", [home.path("swap-11")])
  }),
  swapped(write("a file that became git's", prepared(({ home }) => home.directory("swap-12"), "swap-12/config"), /^error: .*is not what was allowed/), ({ home }) => {
    rmSync(home.path("swap-12"), { recursive: true })
    symlinkSync(".git", home.path("swap-12"))
  }),
  swapped(read("a file that became a link to another one inside", prepared(({ home }) => home.write("swap-13.txt", "x\n"), "swap-13.txt"), /^error: .*is not what was allowed/), ({ home }) => {
    rmSync(home.path("swap-13.txt"))
    symlinkSync("a.txt", home.path("swap-13.txt"))
  }),
  swapped(shellIn("a directory that was moved away and replaced", prepared(({ home }) => home.directory("swap-14/x"), "swap-14/x"), OUTSIDE_LATE()), ({ home, outside }) => {
    renameSync(home.path("swap-14"), home.path("swap-14-before"))
    outside.directory("dir/x")
    symlinkSync(outside.path("dir"), home.path("swap-14"))
  }),
  swapped(read("a directory that may not be entered any more", prepared(({ home }) => home.write("swap-15/f.txt", "x\n"), "swap-15/f.txt"), /^(error: .*permission denied|ok: )/), ({ home }) =>
    chmodSync(home.path("swap-15"), 0o600))
]

/** Refused when it runs: by where it leads now, or by what was opened. */
function OUTSIDE_LATE(): RegExp {
  return /^error: .*(outside the workspace|replaced)/s
}
