import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, afterEach, expect, test } from "vitest"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { scripted } from "../../support/model-server/script.ts"
import type { Script } from "../../../src/effects/llm/script.ts"
import { calls, loom, makePlace, says, type Place } from "../loom.ts"
import { hasTmux, openScreen, type Screen } from "../tmux.ts"


const open: { close: () => unknown }[] = []
afterEach(() => void open.splice(0).map((one) => one.close()))
const servers: ModelServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

const screenOf = (place: Place, words: readonly string[], size?: Parameters<typeof openScreen>[2]): Screen => {
  const screen = openScreen(place, words, size)
  open.push(screen)
  return screen
}

/** A place whose model is a server that streams. */
const placeWith = async (answers: Script["answers"], chunkMs = 5): Promise<Place> => {
  const server = await startModelServer({ wire: "anthropic", answer: scripted({ answers, chunkMs, chunkBytes: 12 }) })
  servers.push(server)
  const place = makePlace()
  return { ...place, environment: { ...place.environment, ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "k", LOOM_MODEL: "anthropic:scripted" } }
}

const SLOW = {
  ...says("one two three four five six seven eight nine ten. "),
  chunkMs: 40,
  blocks: [{ type: "text" as const, text: "one two three four five six seven eight nine ten. ", repeat: 60 }]
}

test.skipIf(!hasTmux)("a conversation: an answer streams, a command is approved by one key, and the session goes on later", async () => {
  const place = await placeWith([calls("shell", { command: "touch made" }), says("It is **made**, 漢字 too."), says("Yes, again.")])
  const screen = screenOf(place, [])
  await screen.until(/anthropic:scripted · default · \d+ % of window · .* · sandbox: off · /)
  screen.type("make it")
  screen.press("Enter")
  const asked = await screen.until("y once  s for this session  a always  n no, and say why")
  expect(asked).toContain("› make it\nallow shell? it runs a command\n    $ touch made\n  for this session and always mean: shell(touch made)\n")
  expect(existsSync(join(place.root, "made"))).toBe(false)
  await settled(screen)
  screen.press("y")
  const done = await screen.until(/✓ \$ touch made {2}ok {2}\d+ ms\nIt is \*\*made\*\*, 漢字 too\.\n.*sandbox: off/)
  expect(existsSync(join(place.root, "made"))).toBe(true)
  expect(done).not.toContain("y once")
  screen.press("C-d")
  const left = await screen.until("left with 0")
  const id = /loom -r (\S+)` goes on/.exec(left)![1]!

  const again = screenOf(place, ["resume", id.slice(-4)])
  await again.until("It is **made**")
  again.type("really?")
  again.press("Enter")
  await again.until(/› really\?\nYes, again\.\n.*sandbox: off/)
  again.type("/cost")
  again.press("Enter")
  await again.until(/tokens: .* in.*, \d+ out/)
  again.type("/quit")
  again.press("Enter")
  await again.until("left with 0")
  expect((await loom(place, ["verify", id])).code).toBe(0)
}, 60_000)

test.skipIf(!hasTmux)("a question shows all its keys on a narrow terminal too, and leaves nothing of them behind", async () => {
  const place = await placeWith([calls("shell", { command: "touch made" }), says("Made.")])
  const screen = screenOf(place, [], { columns: 40 })
  await screen.until(/anthropic:scripted · default/)
  screen.type("make it")
  screen.press("Enter")
  await screen.until(/ {2}for this session and always mean:\nshell\(touch made\)\n {2}y once {2}s for this session {2}a always\n {2}n no, and say why {2}Esc interrupts\n\?$/)
  await settled(screen)
  screen.press("y")
  expect(await screen.until(/✓ \$ touch made[\s\S]*Made\.\n/)).not.toMatch(/Esc interrupts|always mean/)
}, 60_000)

test.skipIf(!hasTmux)("what is typed while it works is queued, can be taken back, and Esc interrupts", async () => {
  const place = await placeWith([SLOW, says("I heard you.")])
  const screen = screenOf(place, [])
  await screen.until("sandbox: off")
  screen.type("talk")
  screen.press("Enter")
  await screen.until("one two three")
  screen.type("shorter plase")
  await screen.until("› shorter plase")
  screen.press("Enter")
  await screen.until("queued › shorter plase")
  screen.press("Escape")
  await screen.until("the newest queued message is taken back")
  await screen.until(/› shorter plase$/)
  screen.press("BSpace", "BSpace", "BSpace", "BSpace", "BSpace")
  screen.type("please")
  screen.press("Enter")
  await screen.until("queued › shorter please")
  screen.press("C-c")
  const heard = await screen.until(/interrupted\n› shorter please\nI heard you\.\n.*sandbox: off/)
  expect(heard).not.toContain("left with")
  screen.type("bye")
  screen.press("C-c", "C-c", "C-c")
  await screen.until("left with 130")
}, 60_000)

test.skipIf(!hasTmux)("always writes the rule into config.toml and leaves the rest as it was; a no tells the model why", async () => {
  const place = await placeWith([calls("shell", { command: "touch one" }), calls("shell", { command: "touch two" }), says("One of two.")])
  mkdirSync(place.home)
  writeFileSync(join(place.home, "config.toml"), "# mine\nmax_steps = 20\n")
  const screen = screenOf(place, [])
  await screen.until("sandbox: off")
  screen.type("both")
  screen.press("Enter")
  await screen.until("a always")
  await settled(screen)
  screen.press("a")
  expect(await screen.until("write them? y or n")).toContain("    shell(touch one)\n")
  screen.press("y")
  await screen.until(/written to \S+config\.toml: allow shell\(touch one\)/)
  expect(readFileSync(join(place.home, "config.toml"), "utf8")).toBe('allow = ["shell(touch one)"]\n# mine\nmax_steps = 20\n')
  await screen.until(/touch two\n(.*\n)+.*a always/)
  await settled(screen)
  screen.press("n")
  await screen.until("why?")
  screen.type("one is enough")
  screen.press("Enter")
  await screen.until(/⊘ \$ touch two {2}no: one is enough\nOne of two\./)
  expect([existsSync(join(place.root, "one")), existsSync(join(place.root, "two"))]).toEqual([true, false])
  screen.type("/clear")
  screen.press("Enter")
  await screen.until(/loom \d[\s\S]*loom \d[\s\S]*sandbox: off/)
  screen.type("/permissions")
  screen.press("Enter")
  await screen.until("default: reading is free")
}, 60_000)

test.skipIf(!hasTmux)("what is pasted waits to be sent as one message, and what was said before comes back with the arrow", async () => {
  const place = await placeWith([says("Three lines."), says("And again.")])
  const screen = screenOf(place, [])
  await screen.until("sandbox: off")
  screen.type("see: ")
  screen.paste("one\n/quit\nthree")
  await screen.until(/… see: one\n… \/quit\n… three$/)
  screen.press("Enter")
  await screen.until(/› see: one\n… \/quit\n… three\nThree lines\.\n.*sandbox: off/)
  screen.type("short")
  screen.press("Enter")
  await screen.until(/And again\.\n.*sandbox: off/)
  screen.press("C-d")
  await screen.until("left with 0")
  const again = screenOf(place, [])
  await again.until("sandbox: off")
  again.press("Up")
  await again.until(/› short$/)
  again.press("C-u")
  again.type("/hist")
  again.press("Tab")
  await again.until(/› \/history$/)
}, 60_000)

test.skipIf(!hasTmux)("a narrow terminal without colours, with wide letters and long lines, stays whole", async () => {
  const place = await placeWith([{ blocks: [{ type: "thinking", text: "Hm." }, { type: "text", text: "漢字".repeat(40) }] }])
  const screen = screenOf(place, [], { columns: 30, environment: { NO_COLOR: "1" } })
  await screen.until("anthropic:scripted · default")
  screen.type("a message with 漢字 that is longer than one row of this screen")
  screen.press("Enter")
  const shown = await screen.until(/字\n.*default/)
  expect(shown.replaceAll("\n", "")).toContain("漢字".repeat(40))
  expect(shown).toContain("› a message with 漢字 that is longer than one row of this screen\nHm.\n")
  // tmux itself ends what it prints with a reset; no colour and no dimming may be left.
  expect(screen.coloured().replaceAll("\u001b[0m", "").replaceAll("\u001b[39m", "")).not.toMatch(/\u001b\[[0-9;]*m/)
  screen.resize(60)
  screen.type("x")
  await screen.until(/› x$/)
}, 60_000)

test.skipIf(!hasTmux)("when the terminal is closed, the session is shut down in order", async () => {
  const place = await placeWith([SLOW])
  const screen = screenOf(place, [])
  await screen.until("sandbox: off")
  screen.type("talk")
  screen.press("Enter")
  await screen.until("one two three")
  screen.close()
  const newest = async () => (JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as readonly { readonly state: string }[])[0]?.state
  await expect.poll(newest, { timeout: 10_000, interval: 50 }).toBe("ShuttingDown")
  expect((await loom(place, ["verify", "2"])).code).toBe(0)
}, 60_000)

/** A question that came while keys were pressed takes no key before a pause, and so does a person. Units: ms. */
const settled = (_: Screen): Promise<void> => setTimeout(700)
