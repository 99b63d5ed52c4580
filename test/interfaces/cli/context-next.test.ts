import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { calls, loom, makePlace, says } from "../loom.ts"

interface Told {
  readonly session: string | null
  readonly tokens: number
  readonly sentTokens: number
  readonly fragments: readonly {
    readonly source: string
    readonly name: string
    readonly tokens: number
    readonly budgetTokens: number
    readonly cut: boolean
    readonly sent: boolean
    readonly text: string
  }[]
}

const RULES = "## Allowed Operations\n- File Write: `src/**`\n- File Write Denied: `.env*`\n"

test("context --next says what a turn would gather, and after it what still stands in the window; folders count once they were come to (CONTEXT-48)", async () => {
  const place = makePlace()
  writeFileSync(join(place.root, "AGENTS.md"), "use tabs\n")
  mkdirSync(join(place.root, "packages/one"), { recursive: true })
  writeFileSync(join(place.root, "packages/one/LOOM.md"), RULES)
  const next = async (...flags: readonly string[]): Promise<Told> => JSON.parse((await loom(place, ["context", "--next", "--json", ...flags])).stdout) as Told
  // Whether there is a map of so small a repository is for others to say.
  const shown = (told: Told) => told.fragments.filter(({ source }) => source !== "repository map").map(({ name, sent }) => `${sent ? "sent" : "said"} ${name}`)

  const first = await next("--model", "openai:gpt-5")
  expect([first.session, shown(first)]).toEqual([null, ["sent AGENTS.md", "sent environment", "sent git", "sent date"]])
  expect(first.fragments[0]).toMatchObject({ source: "rules file", budgetTokens: 8192, cut: false, text: expect.stringContaining("use tabs") })
  expect([first.tokens > 0, first.sentTokens]).toEqual([true, first.tokens])

  const model = place.script(
    calls("file_write", { path: "packages/one/.env", content: "x" }),
    calls("file_write", { path: "packages/one/src/a.ts", content: "x" }),
    says("done")
  )
  const ran = await loom(place, ["-p", "go", "--trust", "--model", model])
  expect(ran.stderr).toContain("denied: the rule file_write(./packages/one/**/.env*) (packages/one/LOOM.md) denies it")
  expect(ran.stderr).toContain("reads the rules of packages/one/LOOM.md")
  expect(ran.stderr).not.toContain("<instructions")
  const after = await next()
  expect([after.session === null, shown(after)]).toEqual([false, ["said AGENTS.md", "said packages/one/LOOM.md", "said environment", "said git", "said date"]])
  expect(after.sentTokens).toBe(after.fragments.reduce((sum, { sent, tokens }) => sum + (sent ? tokens : 0), 0))

  writeFileSync(join(place.root, "packages/one/LOOM.md"), `${RULES}- and spaces here\n`)
  writeFileSync(join(place.root, "AGENTS.md"), "words of rules\n".repeat(100))
  const changed = await loom(place, ["context", "--next"], { environment: { LOOM_ZONE_RULES_TOKENS: "100" } })
  expect(changed.stdout).toMatch(/ {2}sent {6}AGENTS\.md {2}\d+ tokens, cut {2}rules file, at most 100\n/)
  expect(changed.stdout).toContain("missing  packages/one/LOOM.md: no room is left for it")
  expect((await loom(place, ["sessions", "--json"])).stdout.match(/"id"/g)?.length).toBe(1)
}, 60_000)
