import { execFile } from "node:child_process"
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { LOOM, loom, makePlace, startLoom, type Ran } from "../loom.ts"


/** As a person without any git identity and without Loom's own settings. */
const stranger = () => {
  const place = makePlace({ git: false })
  mkdirSync(place.home)
  const environment = Object.fromEntries(Object.entries(place.environment).filter(([name]) => !/^(GIT|LOOM)_/.test(name)))
  return { ...place, environment: { ...environment, TMPDIR: place.root } }
}

test("the demo finds, mends and proves, and says what is scripted", async () => {
  const place = stranger()
  const ran = await loom(place, ["demo"])
  expect([ran.code, ran.stderr]).toEqual([0, ""])
  const order = [
    "The model is scripted",
    "--allowed-tools 'shell(node --test*)'",
    "✗ $ node --test  exit code 1",
    "✓ edit src/price.js",
    "+  const hours = Math.ceil(minutes / 60)",
    "✓ committed",
    "✓ $ node --test  ok",
    "✓ the project's tests pass",
    "✓ the log: exact: ",
    "loom replay "
  ]
  expect(order.map((part) => ran.stdout.indexOf(part)).every((at, index, all) => at >= 0 && (index === 0 || at > all[index - 1]!)), ran.stdout).toBe(true)
  const log = /loom replay (\S+)/.exec(ran.stdout)![1]!
  const [replayed, verified] = await Promise.all([loom(place, ["replay", log]), loom(place, ["verify", log])])
  expect([replayed.code, verified.code]).toEqual([0, 0])
  const shown = /(LOOM_HOME=(\S+)) loom show (\S+)/.exec(ran.stdout)!
  expect((await loom(place, ["show", shown[3]!], { environment: { LOOM_HOME: shown[2]! } })).stdout).toContain("› A test of this project fails.")
  expect(existsSync(join(place.home, ".local"))).toBe(false)
})

test("without the edit it is the tests that decide", async () => {
  const place = stranger()
  const ran = await loom(place, ["demo", "--without-edit"])
  expect(ran.code).toBe(1)
  expect(ran.stdout).toContain("✗ the project's tests fail; they decide, not the model")
  expect(ran.stdout).toContain("✓ the log: exact: ")
})

test("Ctrl-C ends it", async () => {
  const place = stranger()
  const running = startLoom(place, ["demo"])
  await running.until("stdout", "I look at what there is")
  running.process.kill("SIGINT")
  expect((await running.done).code).toBe(130)
})

/** Node 20 lies on many machines; the stub finds the Node that npm installed beside it. */
const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => existsSync(path))

test.skipIf(oldNode === undefined)("on a machine with an older Node the demo runs its tests with the Node that runs Loom", async () => {
  const place = stranger()
  const ran = await new Promise<Ran>((resolve) => {
    execFile(oldNode!, [LOOM, "demo"], { cwd: place.root, env: { ...place.environment, PATH: "/usr/local/bin:/usr/bin:/bin" } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    )
  })
  expect([ran.code, ran.stderr]).toEqual([0, ""])
  expect(ran.stdout).toContain("✓ the project's tests pass")
  rmSync(place.root, { recursive: true, force: true })
})
