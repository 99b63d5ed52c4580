import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { scripted } from "../../support/model-server/script.ts"
import { calls, LOOM, loom, makePlace, says, startLoom } from "../loom.ts"

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer({ wire: "anthropic", key: "right", answer: scripted({ answers: [says("hello")] }) })
}, 120_000)
afterAll(() => server.close())

const oneLine = (text: string): boolean => text.trimEnd().split("\n").length === 1 && !text.includes("    at ")

test("a folder that is no git repository, with blanks and letters of its own in its name, is worked in like any other", async () => {
  const place = makePlace({ git: false, name: "mit Leerzeichen, ünd 漢字 'q\"" })
  const model = place.script(
    calls("file_write", { path: "neü 文.txt", content: "x\n" }),
    calls("shell", { command: "cat 'neü 文.txt'" }),
    says("done")
  )
  const ran = await loom(place, ["-p", "write", "--model", model, "--permission-mode", "accept-edits", "--allowed-tools", "shell(cat *)"])
  expect([ran.code, ran.stdout]).toEqual([0, "done\n"])
  expect(readFileSync(join(place.root, "neü 文.txt"), "utf8")).toBe("x\n")
  expect((await loom(place, ["sessions"])).stdout).toContain("write")
})

test("a data directory that cannot be written is named, with what to do", async () => {
  const place = makePlace()
  writeFileSync(join(place.root, "a-file"), "")
  const ran = await loom(place, ["-p", "x", "--model", place.script(says("x"))], { environment: { LOOM_HOME: join(place.root, "a-file") } })
  expect([ran.code, ran.stdout]).toEqual([1, ""])
  expect(ran.stderr).toMatch(/a-file.*LOOM_HOME/)
  expect(oneLine(ran.stderr)).toBe(true)
})

test("a damaged database is set aside, never deleted, and work goes on", async () => {
  const place = makePlace()
  const model = place.script(says("one"), says("two"))
  await loom(place, ["-q", "-p", "x", "--model", model])
  const data = join(place.home, "data")
  const files = (): readonly string[] => readdirSync(data, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  const file = files().find((name) => name.endsWith(".db"))!
  for (const name of files()) if (name !== file && name.startsWith(file)) writeFileSync(join(data, name), "")
  const garbage = Buffer.alloc(readFileSync(join(data, file)).length, "garbage ")
  writeFileSync(join(data, file), garbage)
  const ran = await loom(place, ["-p", "x", "--model", model])
  expect([ran.code, ran.stdout]).toEqual([0, "one\n"])
  expect(ran.stderr).toContain("the database was damaged; it is set aside as ")
  const aside = files().filter((name) => readFileSync(join(data, name)).equals(garbage))
  expect(aside).toHaveLength(1)
})

test("a log of a newer Loom, no log at all, and a damaged one are told apart", async () => {
  const place = makePlace()
  await loom(place, ["-q", "-p", "x", "--model", place.script(says("one")), "--output-format", "json"])
  await loom(place, ["export", "2", "--to", "log.jsonl"])
  const text = readFileSync(join(place.root, "log.jsonl"), "utf8")
  writeFileSync(join(place.root, "newer.jsonl"), text.replace('{"loom":1', '{"loom":99'))
  writeFileSync(join(place.root, "none.jsonl"), "hello\n")
  writeFileSync(join(place.root, "damaged.jsonl"), text.replace('"text":"one"', '"text":"two"'))
  const verified = await loom(place, ["verify", "log.jsonl", "newer.jsonl", "none.jsonl", "damaged.jsonl", "missing.jsonl"])
  const lines = verified.stdout.trimEnd().split("\n")
  expect([verified.code, verified.stderr]).toEqual([1, ""])
  expect(lines).toEqual([
    expect.stringMatching(/^log\.jsonl: exact: /),
    expect.stringMatching(/^newer\.jsonl: .*format 99.*update/),
    expect.stringMatching(/^none\.jsonl: damaged at line 1: /),
    expect.stringMatching(/^damaged\.jsonl: damaged at (line|events) \d+/),
    expect.stringMatching(/^missing\.jsonl: .*there is no such file$/),
    "5 logs: 1 exact, 2 damaged, 1 newer, 1 unreadable"
  ])
  for (const name of ["newer", "none", "damaged", "missing"]) {
    const imported = await loom(makePlace(), ["import", join(place.root, `${name}.jsonl`)])
    expect(imported.code, name).not.toBe(0)
    expect(oneLine(imported.stderr), imported.stderr).toBe(true)
  }
})

test("a model that cannot be is named with those that can", async () => {
  const place = makePlace()
  for (const model of ["gpt", "foo:bar", "anthropic:", "scripted:/not/there.json"]) {
    const ran = await loom(place, ["-q", "-p", "x", "--model", model])
    expect(ran.code, model).not.toBe(0)
    expect([ran.stdout, oneLine(ran.stderr)], ran.stderr).toEqual(["", true])
  }
})

test("a wrong key is told at once, and the key is nowhere in what is said or kept", async () => {
  const place = makePlace()
  const environment = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "sk-wrong-12345" }
  const ran = await loom(place, ["-q", "-p", "x", "--model", "anthropic:any"], { environment })
  expect([ran.code, ran.stdout, oneLine(ran.stderr)], ran.stderr).toEqual([1, "", true])
  expect(ran.stderr).toMatch(/key/i)
  const log = (await loom(place, ["export", "2"])).stdout
  expect([ran.stderr.includes("12345"), log.includes("12345"), log.includes("UserInput")]).toEqual([false, false, true])
  const missing = await loom(place, ["-q", "-p", "x", "--model", "anthropic:any"], { environment: { ANTHROPIC_BASE_URL: server.url } })
  expect([missing.code, oneLine(missing.stderr)], missing.stderr).toEqual([1, true])
  expect(missing.stderr).toContain("ANTHROPIC_API_KEY")
})

test("without a network it says so and when it tries again, and can be stopped", async () => {
  const closed = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => closed.once("listening", resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const place = makePlace()
  const running = startLoom(place, ["-p", "x", "--model", "anthropic:any"], { environment: { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`, ANTHROPIC_API_KEY: "k" } })
  await running.until("stderr", "it is tried again in ")
  running.process.kill("SIGINT")
  const { code, stderr } = await running.done
  expect(code).toBe(130)
  expect(stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}|connect|reach`, "i"))
})

test("a settings file with a slip in it is not guessed at", async () => {
  const place = makePlace()
  mkdirSync(place.home)
  writeFileSync(join(place.home, "config.toml"), 'modle = "x"\n')
  expect(await loom(place, ["-p", "x"])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/config\.toml has the unknown key modle; did you mean model\?\n$/) })
  writeFileSync(join(place.home, "config.toml"), "model = [\n")
  expect(await loom(place, ["-p", "x"])).toMatchObject({ code: 2, stderr: expect.stringContaining("config.toml") })
})

test("what is piped in must be text, and not too much of it", async () => {
  const place = makePlace()
  const model = place.script(says("x"))
  const binary = await loom(place, ["-p", "x", "--model", model], { input: Buffer.from([0xff, 0xfe, 0x00]) })
  expect([binary.code, oneLine(binary.stderr)], binary.stderr).toEqual([2, true])
  const huge = await loom(place, ["-p", "x", "--model", model], { input: Buffer.alloc(3_000_000, "a") })
  expect([huge.code, oneLine(huge.stderr)], huge.stderr).toEqual([2, true])
  expect(existsSync(join(place.root, ".loom"))).toBe(false)
})

test("the doctor works where nothing else does, and shows no key", async () => {
  const place = makePlace()
  const ran = await loom(place, ["doctor", "--json"], { environment: { LOOM_HOME: "/dev/null/x", OPENAI_API_KEY: "sk-secret-1" } })
  const facts = JSON.parse(ran.stdout) as { keys: Record<string, boolean>; sandbox: string; fault: string; directories: Record<string, { writable: boolean }> }
  expect([ran.code, facts.keys["OPENAI_API_KEY"], facts.keys["ANTHROPIC_API_KEY"], facts.sandbox, facts.directories["data"]!.writable]).toEqual([1, true, false, "off", false])
  expect(ran.stdout).not.toContain("sk-secret-1")
  const well = await loom(place, ["doctor"])
  expect([well.code, well.stderr]).toEqual([0, ""])
  expect(well.stdout).toContain("off: commands run with all your rights")
  const unread = await loom(place, ["doctor"], { environment: { LOOM_MAX_STEPS: "many" } })
  expect(unread.stdout).toMatch(/fault +.*LOOM_MAX_STEPS/)
  expect(unread.stdout).not.toContain("language servers are switched off")
})

test.skipIf(!existsSync("/proc/self"))(
  "a home where no directory can be made is refused in a sentence that says what to do, and at once",
  async () => {
    const place = makePlace()
    const ran = await loom(place, ["sessions"], { environment: { LOOM_HOME: "/proc/loom/home" } })
    expect(ran).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "open the database /proc/loom/home/data/loom.db: no directory can be made in /proc; set LOOM_HOME to a directory that can be written\n"
    })
  }
)

/** Whether a disk of a few kilobytes can be had here. */
const canMount = spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], { stdio: "ignore" }).status === 0

test.skipIf(!canMount)(
  "a disk that is full when Loom starts is named as such, whatever SQLite says of it, with what to do",
  async () => {
    const place = makePlace()
    const small = mkdtempSync(join(tmpdir(), "loom-small-"))
    const saidWith = (freeKilobytes: number): string => {
      const command = `mount -t tmpfs -o size=40k none ${small} && head -c $((${40 - freeKilobytes} * 1024)) /dev/zero > ${small}/full && exec ${process.execPath} ${LOOM} sessions`
      const { status, stderr } = spawnSync("unshare", ["-Urm", "sh", "-c", command], {
        encoding: "utf8",
        cwd: place.root,
        env: { ...place.environment, LOOM_HOME: join(small, "home") }
      })
      return `${status} ${stderr}`
    }
    for (const free of [40, 32, 16, 4]) {
      expect(saidWith(free)).toMatch(
        /^1 open the (database \S+|log): (database or disk is full|the disk is full); nothing that was acknowledged is lost: free some space and go on, or set LOOM_HOME to a directory on another disk\n$/
      )
    }
  },
  30_000
)
