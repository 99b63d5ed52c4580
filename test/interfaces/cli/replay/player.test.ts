import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, test } from "vitest"
import { calls, loom, makePlace, says, type Place } from "../../loom.ts"
import { hasTmux, openScreen, type Screen } from "../../tmux.ts"

const open: Screen[] = []
afterEach(() => void open.splice(0).forEach((screen) => screen.close()))

const screenOf = (place: Place, words: readonly string[], size?: Parameters<typeof openScreen>[2]): Screen => {
  const screen = openScreen(place, words, size)
  open.push(screen)
  return screen
}

/** A session in which a file is made, as a log in a file of the place. */
const played = async (): Promise<{ readonly place: Place; readonly id: string }> => {
  const place = makePlace()
  const model = place.script(calls("file_write", { path: "poem.txt", content: "one\ntwo\n" }), says("It is made, 漢字 too."))
  const ran = await loom(place, ["-p", "make it", "--model", model, "--permission-mode", "accept-edits", "--output-format", "json"])
  const { session: id } = JSON.parse(ran.stdout) as { readonly session: string }
  expect((await loom(place, ["export", id, "--to", "log.jsonl"])).code).toBe(0)
  return { place, id }
}

describe.skipIf(!hasTmux)("on a terminal", () => {
  test("one goes through a session, looks at states and files, finds words, and leaves the screen as it was", async () => {
    const { place, id } = await played()
    const screen = screenOf(place, ["replay", id.slice(-4)])
    await screen.until(/▶ +1 .*session .* opened/)
    screen.press("s")
    await screen.until(/event 3 of \d+ · turn 1 of 1 · step 1 .* calling scripted/)
    screen.press("6")
    await screen.until("equal to the recorded hash")
    screen.press("7")
    await screen.until(/made poem\.txt[\s\S]*\+one\n.*\+two/)
    screen.type("/漢字")
    screen.press("Enter", "2")
    await screen.until(/text: It is made, 漢字[\s\S]*\[2 state\]/)
    screen.type("bevent=ToolCompleted")
    screen.press("Enter", "C")
    await screen.until(/▶ +\d+ .*ended ok: /)
    screen.press("?")
    await screen.until("run to the next breakpoint, backwards with C")
    screen.press("q", "q")
    const left = await screen.until("left with 0")
    expect(left.split("\n")).toEqual([expect.stringMatching(new RegExp(`^left at event \\d+; \`loom replay ${id.slice(-4)} --at \\d+\` comes back$`)), "left with 0"])
    // Keys are the terminal's own again.
    screen.type("echo")
    await screen.until(/left with 0\necho$/)
  }, 60_000)

  test("it plays by itself from where it is told, stops at a breakpoint, follows the size of the terminal, and Ctrl-C leaves", async () => {
    const { place } = await played()
    const screen = screenOf(place, ["replay", "log.jsonl", "--at", "2", "--play", "50x", "--break", "event=ToolCompleted"], { columns: 100, environment: { NO_COLOR: "1" } })
    const stopped = await screen.until(/▶ +\d+ .*ended ok: [\s\S]*\? keys/)
    expect(stopped).toContain("[1 story]")
    expect(screen.coloured()).not.toMatch(/\u001b\[[0-9;]*[1-9]m/)
    screen.resize(40)
    await screen.until(/\n.{40}\n\[1 story\]( \d){0,6}/)
    screen.press("C-c")
    await screen.until("left with 130")
  }, 60_000)

  test("/replay goes through the running session so far and comes back to the conversation, which went on meanwhile", async () => {
    const place = makePlace()
    const model = place.script({ ...says("one two three. "), blocks: [{ type: "text", text: "one two three. ", repeat: 30 }], chunkMs: 20, chunkBytes: 12 })
    const screen = screenOf(place, ["--model", model], { columns: 180 })
    await screen.until("sandbox: off")
    screen.type("go")
    screen.press("Enter")
    await screen.until("one two")
    screen.type("/replay 2")
    screen.press("Enter")
    await screen.until(/▶ +2 .*the person says: go/)
    screen.press("End")
    await screen.until(/event (\d+) of \1 /)
    screen.press("q")
    const whole = await screen.until(/three\.\s*scripted:.*sandbox: off/)
    expect(whole.replaceAll(/\s/g, "")).toContain("onetwothree.".repeat(30))
    screen.type("/replay x")
    screen.press("Enter")
    await screen.until("/replay x: that is no event")
    screen.press("C-d")
    await screen.until("left with 0")
  }, 60_000)

  test("a fault gives the terminal back first, and then it is said, wherever it comes from", async () => {
    for (const [key, fault] of [["k", "a key was too odd"], ["d", "a row was too odd"], ["t", "a timer was too odd"]] as const) {
      const screen = screenOf(makePlace(), [], { program: fileURLToPath(new URL("faulty.ts", import.meta.url)) })
      await screen.until("all is well")
      screen.press(key)
      const left = await screen.until("left with 1")
      expect(left).toBe(`${fault}\nleft with 1`)
      screen.type("echo")
      await screen.until(/left with 1\necho$/)
    }
  }, 60_000)
})

test("--at says one event, what it caused and the state after it; --json gives the whole state; wishes that cannot be met are said", async () => {
  const { place, id } = await played()
  const text = await loom(place, ["replay", "log.jsonl", "--at", "2"])
  expect(text.stdout.split("\n").slice(0, 2)).toEqual([expect.stringMatching(/^UserInput {2}\d{4}-/), "the person says: make it"])
  expect(text.stdout).toContain("GatherContext  gather the context of turn 1 (1)\n")
  expect(text.stdout).toContain("~ is: calling scripted:")
  const json = JSON.parse((await loom(place, ["replay", id, "--json", "--at", "3"])).stdout) as {
    readonly n: number
    readonly state: { readonly name: string; readonly session: { readonly id: string } }
  }
  expect([json.n, json.state.name, json.state.session.id]).toEqual([3, "CallingLlm", id])
  const all = (await loom(place, ["replay", "log.jsonl", "--json"])).stdout.trim().split("\n").map((line) => JSON.parse(line) as { readonly n?: number; readonly final?: unknown })
  expect(all.at(-2)?.n).toBe(all.length - 1)
  expect(all.at(-1)).toHaveProperty("final")
  const beyond = await loom(place, ["replay", "log.jsonl", "--at", "4711"])
  expect([beyond.code, beyond.stdout, beyond.stderr]).toEqual([2, "", `--at 4711: the log has events 1 to ${all.length - 1}\n`])
  const lines = readFileSync(join(place.root, "log.jsonl"), "utf8").split("\n")
  writeFileSync(join(place.root, "bad.jsonl"), [lines[0], lines[2], lines[1], ...lines.slice(3)].join("\n"))
  expect((await loom(place, ["replay", "bad.jsonl", "--at", "2"])).code).toBe(5)
}, 60_000)
