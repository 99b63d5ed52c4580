import { execFileSync, fork } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { sandboxState } from "../../../../src/effects/os/sandbox.ts"
import { folder } from "../folder.ts"
import { noSandbox, placeOf, run, running, sceneIn, WISH } from "./support.ts"

const scene = sceneIn(folder())
const { work, home, beside } = scene
const git = (...words: readonly string[]): string => execFileSync("git", ["-C", work, ...words], { encoding: "utf8" })
git("init", "--quiet")
git("commit", "--quiet", "--allow-empty", "--message", "first")

const inside = async (line: string, how: Parameters<typeof run>[3] = {}) => {
  const { ended, said } = await run(scene, line, "inside", how)
  return { ended, said }
}
const DONE = { how: "exited", code: 0 }

test.skipIf(noSandbox)("a command reads the system, writes the workspace, and tells its exit code", async () => {
  expect(await inside("pwd; echo made > made; cat made; cat /etc/hostname > /dev/null; exit 7")).toEqual({ ended: { how: "exited", code: 7 }, said: `${work}\nmade\n` })
  expect(readFileSync(join(work, "made"), "utf8")).toBe("made\n")
})

test.skipIf(noSandbox)("temporary files stay from one command of a session to the next and are nobody else's, and go with it", async () => {
  writeFileSync(scene.folder.path("tmp/of another"), "x")
  expect((await inside('echo kept > "$TMPDIR/kept"; ls "$TMPDIR"')).said).toBe("kept\n")
  expect([existsSync(scene.folder.path("tmp/kept")), existsSync(join(home, "loom/data/sandbox/sandbox-test"))]).toEqual([false, false])
})

test.skipIf(noSandbox)("git commits inside; in a linked worktree, too", async () => {
  expect((await inside("git add made && git commit --quiet --message second && git log --format=%s")).said).toBe("second\nfirst\n")
  git("worktree", "add", "--quiet", join(beside, "tree"))
  const tree = await inside("echo x > x && git add x && git commit --quiet --message third && git log -1 --format=%s", { roots: [join(beside, "tree")] })
  expect(tree).toEqual({ ended: DONE, said: "third\n" })
  expect((await inside("echo x >> .git || git config a.b c || echo kept", { roots: [join(beside, "tree")] })).said).toMatch(/kept\n$/)
})

test.skipIf(noSandbox)("a workspace below its repository commits, and writes nothing else of it", async () => {
  mkdirSync(join(work, "below"), { recursive: true })
  const { said } = await inside(
    "exec 2> /dev/null; echo x > x; git add x && git commit --quiet --message below && echo committed; echo x > ../made || echo kept",
    { roots: [join(work, "below")] }
  )
  expect(said).toBe("committed\nkept\n")
})

test.skipIf(noSandbox)("a repository that a file or a link of the workspace only claims is not written", async () => {
  const other = join(beside, "other")
  execFileSync("git", ["init", "--quiet", other])
  execFileSync("git", ["-C", other, "commit", "--quiet", "--allow-empty", "--message", "first"])
  execFileSync("git", ["-C", other, "worktree", "add", "--quiet", join(beside, "other-tree")])
  const [byFile, byLink] = [join(beside, "by file"), join(beside, "by link")]
  for (const root of [byFile, byLink]) mkdirSync(root, { recursive: true })
  writeFileSync(join(byFile, ".git"), `gitdir: ${join(other, ".git/worktrees/other-tree")}\n`)
  execFileSync("ln", ["-s", join(other, ".git"), join(byLink, ".git")])
  for (const root of [byFile, byLink]) expect((await inside(`echo x > "$OUT/other/.git/made" || echo kept`, { roots: [root] })).said).toMatch(/kept\n$/)
})

test.skipIf(noSandbox)("what would lead git to other settings is set aside when the command ended", async () => {
  const { setAside } = await run(scene, "mkdir evil; echo ../evil > .git/commondir", "inside")
  expect([setAside.length, setAside[0]?.startsWith(join(work, ".git/commondir.set-aside-")), existsSync(join(work, ".git/commondir"))]).toEqual([1, true, false])
})

test.skipIf(noSandbox)("variables that look like keys or lead outside are not there, unless a setting keeps them", async () => {
  const environment = {
    API_KEY: "1",
    github_token: "2",
    AWS_ACCESS_KEY_ID: "3",
    DB_PASSWORD: "4",
    SSH_AUTH_SOCK: "5",
    DATABASE_URL: "postgres://me:word@host/x",
    KEEP_TOKEN: "6",
    PLAIN: "7",
    MONKEY_MODE: "8"
  }
  const names = Object.keys(environment)
    .map((name) => `\${${name}-none}`)
    .join(" ")
  expect((await inside(`echo "${names}"`, { environment, wish: { keepVariables: ["KEEP_TOKEN"] } })).said).toBe(
    "none none none none none none 6 7 8\n"
  )
})

test.skipIf(noSandbox)("a setting lets commands write another directory, or use the network", async () => {
  expect((await inside('echo x > "$OUT/made" && echo written', { wish: { alsoWritable: [beside] } })).said).toBe("written\n")
  const interfaces = 'ls /proc/self/net/dev_snmp6 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | sort | tr -d " \\n"'
  const [open, closed, outside] = await Promise.all([inside(interfaces, { wish: { network: "on" } }), inside(interfaces), run(scene, interfaces, "outside")])
  expect([open.said === outside.said, closed.said.endsWith("lo")]).toEqual([true, true])
})

test.skipIf(noSandbox)("where the home is the workspace, keys stay closed and what shells start with is not written", async () => {
  mkdirSync(join(home, ".ssh"), { recursive: true })
  for (const name of [".ssh/id", ".bashrc"]) writeFileSync(join(home, name), "as it was")
  const { said } = await inside("exec 2> /dev/null; cat .ssh/id || echo closed; echo x > .bashrc || echo kept; cat .bashrc; echo x > made && echo made", { roots: [home] })
  expect(said).toBe("closed\nkept\nas it wasmade\n")
})

/** A number of seconds to sleep that no other process sleeps. */
let naps = 0
const nap = (): string => `${6000 + (process.pid % 3000)}.${String(++naps).padStart(4, "0")}`
const alive = (seconds: string): boolean =>
  execFileSync("ps", ["-eo", "stat=,args="], { encoding: "utf8" }).split("\n").some((line) => /sleep [\d.]+$/.test(line) && line.endsWith(seconds) && !line.startsWith("Z"))
const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    expect(tries).toBeLessThan(500)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Whether both processes of bubblewrap have nothing to do but wait: a moment before, the inner one may not have asked yet to die with the outer. */
const holdersWait = (seconds: string): boolean => {
  const holders = execFileSync("ps", ["-eo", "stat=,comm=,args="], { encoding: "utf8" }).split("\n").filter((line) => /^\S+ +bwrap /.test(line) && line.includes(seconds))
  return holders.length === 2 && holders.every((line) => line.startsWith("S"))
}

/** The one that outlives its call where no sandbox holds it: it left the group, washed its marker off and ignores being asked. */
const fugitive = (seconds: string): string => `(env -i setsid sh -c 'trap "" TERM HUP INT; sleep ${seconds}' >/dev/null 2>&1 &) ; (trap "" TERM; sleep ${seconds}) &`

test.skipIf(noSandbox)("nothing survives the end of its command, even what outside escapes", async () => {
  const seconds = nap()
  expect((await inside(`${fugitive(seconds)} sleep 0.1; echo done`)).said).toBe("done\n")
  expect(alive(seconds)).toBe(false)
})

test.skipIf(noSandbox)("nothing survives a timeout; what is asked to end may clean up first", async () => {
  const seconds = nap()
  const { ended, said } = await inside(`${fugitive(seconds)} trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.02; done`, { timeoutMs: 300 })
  // The shell may tell, too, that what it waited for was asked to end.
  expect([ended, said.replace("Terminated\n", "")]).toEqual([{ how: "timed-out" }, "cleaned\n"])
  expect(alive(seconds)).toBe(false)
})

test.skipIf(noSandbox)("nothing survives an interrupt", async () => {
  const seconds = nap()
  const fiber = Effect.runFork(running(scene, `${fugitive(seconds)} sleep ${seconds}`, "inside"))
  await until(() => alive(seconds))
  await Effect.runPromise(Fiber.interrupt(fiber))
  expect(alive(seconds)).toBe(false)
})

test.skipIf(noSandbox)("nothing survives when this program is killed", async () => {
  const seconds = nap()
  const program = scene.folder.write("host.mjs", `
    import * as Effect from "${import.meta.resolve("effect/Effect")}"
    import { layerSandbox, Sandbox } from "${new URL("../../../../src/effects/os/sandbox.ts", import.meta.url).href}"
    import { runProcess } from "${new URL("../../../../src/effects/os/process.ts", import.meta.url).href}"
    const work = Effect.gen(function*() {
      const { start, statusFrom } = yield* (yield* Sandbox).enclose({ file: "/bin/sh", arguments: ["-c", ${JSON.stringify(`${fugitive(seconds)} sleep ${seconds}`)}], cwd: "/", environment: process.env })
      yield* runProcess({ ...start, statusFrom, timeoutMs: 60000, marker: "killed:1", hear: () => {} })
    })
    process.on("message", () => {})
    Effect.runFork(Effect.provide(Effect.retry(work, { times: 2 }), layerSandbox(${JSON.stringify(WISH)}, ${JSON.stringify(placeOf(scene, [work], {}))})))
  `)
  const host = fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] })
  await until(() => alive(seconds) && holdersWait(seconds))
  const gone = new Promise((resolve) => host.once("exit", resolve))
  host.kill("SIGKILL")
  await gone
  await until(() => !alive(seconds))
})

test("without bubblewrap commands run as before, and the reason is told; where it is required they do not run", async () => {
  const programs = ["/no/such/bwrap"]
  const why = "bubblewrap is not installed; `apt install bubblewrap` (or dnf, pacman, apk add) brings it"
  expect(await Effect.runPromise(sandboxState(WISH, programs))).toEqual({ name: "off", why, required: false })
  expect((await run(scene, "echo ran", "inside", { programs })).said).toBe("ran\n")
  await expect(run(scene, "echo ran", "inside", { programs, wish: { mode: "required" } })).rejects.toThrow(`run a command: the sandbox is required, and ${why}`)
})

test("a bubblewrap that does not work here is said to, with its own words", async () => {
  const broken = scene.folder.write(
    "bwrap",
    "#!/bin/sh\ntest \"$1\" = --version && echo bubblewrap 0.8.0 && exit 0\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n",
    0o755
  )
  const state = await Effect.runPromise(sandboxState(WISH, [broken]))
  expect(state).toMatchObject({ name: "off", required: false })
  expect(state.name === "off" ? state.why : "").toMatch(/^bubblewrap does not work here: No permissions to create new namespace; the system forbids namespaces/)
})

test.skipIf(noSandbox)("a sandbox that breaks later runs nothing without it", async () => {
  const flaky = scene.folder.write("flaky", `#!/bin/sh\ntest -e "${scene.folder.path("broken")}" && echo 'bwrap: broken' >&2 && exit 1\nexec bwrap "$@"\n`, 0o755)
  expect((await inside("echo ran", { programs: [flaky] })).said).toBe("ran\n")
  writeFileSync(scene.folder.path("broken"), "")
  await expect(inside("echo ran", { programs: [flaky] })).rejects.toThrow("run in the sandbox: it could not be set up, so nothing ran: bwrap: broken")
})

