import { once } from "node:events"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Event } from "../../../src/machine/event.ts"
import { noSandbox } from "../../effects/os/sandbox/support.ts"
import { loom, makePlace, type Place } from "../loom.ts"
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

const settings = ({ home }: Place, text: string): void => {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, "config.toml"), text)
}

test.skipIf(noSandbox)("in the mode auto a command that the sandbox holds runs unasked, and is held", async () => {
  const place = makePlace()
  const ran = await loom(place, ["-p", "go", "--model", place.script(...answers), "--permission-mode", "auto", "--output-format", "stream-json"], { environment: IN_SANDBOX })
  const { sandboxed, results } = told(eventsOf(ran.stdout))
  expect([ran.code, sandboxed, existsSync(join(place.root, "made")), existsSync(join(place.root, "../outside"))]).toEqual([0, [true], true, false])
  expect(results[0]).toMatch(/token: none\n/)
  expect(results[0]).not.toContain("\nread")
})

test.skipIf(noSandbox)(
  "in the mode auto a command that names a file which a rule keeps from being read does not run, though the sandbox would hold it; others do",
  async () => {
    const place = makePlace()
    settings(place, 'deny = ["file_read(.env*)"]\n')
    writeFileSync(join(place.root, ".env"), "KEPT=12345\n")
    const commands = ["cat .env", "sudo cat .e*", "cd . && wc -c < .env", "echo .env; ls -a"]
    const calls = { blocks: commands.map((command) => ({ type: "tool-call" as const, name: "shell", arguments: { command } })) }
    const ran = await loom(
      place,
      ["-p", "go", "--model", place.script(calls, answers[1]), "--permission-mode", "auto", "--output-format", "stream-json"],
      { environment: IN_SANDBOX }
    )
    const events = eventsOf(ran.stdout)
    const results = events.flatMap((event) => (event.type === "ToolCompleted" ? [event.status] : []))
    expect([told(events).sandboxed, results]).toEqual([[true, true, true, true], ["ok"]])
    const sent = JSON.stringify(events)
    expect([ran.code, sent.includes("KEPT=12345"), sent.includes(".env\\n")]).toEqual([0, false, true])
  }
)

test("without the sandbox the same command asks, and nobody is there", async () => {
  const place = makePlace()
  const ran = await loom(
    place,
    ["-p", "go", "--no-sandbox", "--model", place.script(...answers), "--permission-mode", "auto", "--output-format", "stream-json"],
    { environment: IN_SANDBOX }
  )
  expect([ran.code, told(eventsOf(ran.stdout)).sandboxed, existsSync(join(place.root, "made"))]).toEqual([4, [undefined], false])
})

test.skipIf(noSandbox)("with an open network a command in the mode auto asks, for nothing keeps what it reads from leaving", async () => {
  const place = makePlace()
  const ran = await loom(place, ["-p", "go", "--model", place.script(...answers), "--permission-mode", "auto", "--output-format", "stream-json"], {
    environment: { ...IN_SANDBOX, LOOM_SANDBOX_NETWORK: "on" }
  })
  expect([ran.code, told(eventsOf(ran.stdout)).sandboxed, existsSync(join(place.root, "made"))]).toEqual([4, [undefined], false])
})

test.skipIf(noSandbox)(
  "with listed hosts a command in the mode auto runs unasked, reaches them and nobody else, and says what was refused",
  async () => {
    const place = makePlace()
    const heard: string[] = []
    const server = createServer((request, response) => void (heard.push(`${request.method} ${request.url}`), response.end("hello"))).listen(
      0,
      "127.0.0.1"
    )
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    settings(place, `sandbox_hosts = ["127.0.0.1:${port}"]\n`)
    const asking = [port, 1].map((each) => `curl -sS --noproxy "" http://127.0.0.1:${each}/asked`).join("; echo; ")
    const answer = { blocks: [{ type: "tool-call", name: "shell", arguments: { command: asking } }] } as const
    const ran = await loom(
      place,
      ["-p", "go", "--model", place.script(answer, answers[1]), "--permission-mode", "auto", "--output-format", "stream-json"],
      { environment: { LOOM_SANDBOX: "auto" } }
    )
    server.close()
    const { sandboxed, results } = told(eventsOf(ran.stdout))
    const why =
      "loom: reach 127.0.0.1:1 from the sandbox: it is not among the hosts of the setting sandbox_hosts; the person may add 127.0.0.1:1\n"
    expect([ran.code, sandboxed, results[0], heard]).toEqual([0, [true], `exit code 0\nhello\n${why}[stderr]\n${why}`, ["GET /asked"]])
  }
)

test.each([
  ['sandbox_hosts = ["https://example.com"]', "sandbox_hosts: https://example.com names no host; write it as packages.example.com, *.example.org, git.example.org:22 or [2001:db8::1]:8080"],
  ['sandbox_hosts = ["*.org"]', "sandbox_hosts: *.org names no host; write it as packages.example.com, *.example.org, git.example.org:22 or [2001:db8::1]:8080"],
  ['sandbox_network = "some"', "sandbox_network = some is not known; take off, hosts or on"]
])("a host that is none is refused where the settings are read: %s", async (line, why) => {
  const place = makePlace()
  settings(place, `${line}\n`)
  const ran = await loom(place, ["-p", "go"], {})
  expect([ran.code, ran.stderr.trim()]).toEqual([2, `read the settings: ${why}`])
})

test("a setting that cannot be meant is refused with what can", async () => {
  const ran = await loom(makePlace(), ["-p", "go"], { environment: { LOOM_SANDBOX: "maybe" } })
  expect([ran.code, ran.stderr.trim()]).toEqual([2, "read the settings: sandbox = maybe is not known; take off, auto or required"])
})

test.skipIf(noSandbox)("the doctor says what holds commands, and why nothing does", async () => {
  const place = makePlace()
  settings(place, 'sandbox_hosts = ["packages.example.com", "*.example.org"]\nsandbox_network = "off"\n')
  const hosts = await loom(place, ["doctor"], { environment: { ...IN_SANDBOX, LOOM_SANDBOX_NETWORK: "hosts" } })
  expect(hosts.stdout).toMatch(/✓ sandbox +on, 2 hosts: commands write only [^;]*; of the network they reach packages\.example\.com, \*\.example\.org, and nothing else\n/)
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
