import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Event } from "../../../src/machine/event.ts"
import { noSandbox } from "../../effects/os/sandbox/support.ts"
import { loom, makePlace } from "../loom.ts"
import { hasTmux, openScreen } from "../tmux.ts"

/** What vetting cannot see through is held all the same. */
const COMMAND = 'eval "echo x > made; echo x > ../outside"; echo "token: ${MY_TOKEN-none}"; cat "$LOOM_HOME/data/loom.db" > /dev/null && echo read'
const answers = [{ blocks: [{ type: "tool-call", name: "shell", arguments: { command: COMMAND } }] }, { blocks: [{ type: "text", text: "done" }] }] as const
const IN_SANDBOX = { LOOM_SANDBOX: "auto", MY_TOKEN: "12345" }

const eventsOf = (stdout: string): readonly Event[] =>
  stdout.trim().split("\n").map((line) => (JSON.parse(line) as { event?: Event }).event ?? (JSON.parse(line) as Event))

const told = (events: readonly Event[]) => ({
  sandboxed: events.flatMap((event) => (event.type === "ToolCallsVetted" ? event.facts.map((facts) => facts.sandboxed) : [])),
  results: events.flatMap((event) => (event.type === "ToolCompleted" ? event.parts.map((part) => (part.type === "text" ? part.text : "")) : []))
})

test.skipIf(noSandbox)("in the mode auto a command that the sandbox holds runs unasked, and is held", async () => {
  const place = makePlace()
  const ran = await loom(place, ["-p", "go", "--model", place.script(...answers), "--permission-mode", "auto", "--output-format", "stream-json"], { environment: IN_SANDBOX })
  const { sandboxed, results } = told(eventsOf(ran.stdout))
  expect([ran.code, sandboxed, existsSync(join(place.root, "made")), existsSync(join(place.root, "../outside"))]).toEqual([0, [true], true, false])
  expect(results[0]).toMatch(/token: none\n/)
  expect(results[0]).not.toContain("\nread")
})

test("without the sandbox the same command asks, and nobody is there", async () => {
  const place = makePlace()
  const ran = await loom(place, ["-p", "go", "--no-sandbox", "--model", place.script(...answers), "--permission-mode", "auto", "--output-format", "stream-json"], { environment: IN_SANDBOX })
  expect([ran.code, told(eventsOf(ran.stdout)).sandboxed, existsSync(join(place.root, "made"))]).toEqual([4, [undefined], false])
})

test.skipIf(noSandbox)("with an open network a command in the mode auto asks, for nothing keeps what it reads from leaving", async () => {
  const place = makePlace()
  const ran = await loom(place, ["-p", "go", "--model", place.script(...answers), "--permission-mode", "auto", "--output-format", "stream-json"], {
    environment: { ...IN_SANDBOX, LOOM_SANDBOX_NETWORK: "on" }
  })
  expect([ran.code, told(eventsOf(ran.stdout)).sandboxed, existsSync(join(place.root, "made"))]).toEqual([4, [undefined], false])
})

test("a setting that cannot be meant is refused with what can", async () => {
  const ran = await loom(makePlace(), ["-p", "go"], { environment: { LOOM_SANDBOX: "maybe" } })
  expect([ran.code, ran.stderr.trim()]).toEqual([2, "read the settings: sandbox = maybe is not known; take off, auto or required"])
})

test.skipIf(noSandbox)("the doctor says what holds commands, and why nothing does", async () => {
  const place = makePlace()
  const [on, off] = [await loom(place, ["doctor"], { environment: IN_SANDBOX }), await loom(place, ["doctor"], { environment: { LOOM_SANDBOX: "off" } })]
  expect(on.stdout).toMatch(/✓ sandbox +on: commands write only to the workspace, see no keys and end with their call; they have no network\n· bubblewrap +\d/)
  expect(off.stdout).toMatch(/· sandbox +off: commands run with all your rights, and what is allowed is all that holds them: it is switched off\n/)
})

test.skipIf(noSandbox || !hasTmux)("before the prompt stands that the sandbox is on", async () => {
  const place = makePlace()
  const screen = openScreen(place, ["--model", place.script(...answers)], { environment: IN_SANDBOX, columns: 300 })
  await screen.until("sandbox: on")
  screen.close()
})
