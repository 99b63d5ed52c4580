import { expect, test } from "vitest"
import { loom, makePlace } from "../loom.ts"

const long = (word: string): string => `${word} ${"lorem ipsum dolor ".repeat(100)}`

const spoken = async () => {
  const bare = makePlace({ git: false })
  const answers = [
    { when: { wordsContain: "which port" }, blocks: [{ type: "text" as const, text: long("The port is 4711.") }] },
    { blocks: [{ type: "text" as const, text: "Noted." }] }
  ]
  const place = {
    ...bare,
    environment: { ...bare.environment, LOOM_MODEL: bare.script(...Array<typeof answers>(9).fill(answers)), LOOM_WINDOW_TOKENS: "3000" }
  }
  const talk = await loom(place, [], { input: `which port?\n${long("more")}\n${long("again")}\n/compact\n/context\n` })
  return { place, talk }
}

test("what a window holds is told zone by zone, what left it is found and read; a session that freed it says how much (CONTEXT-12, CONTEXT-13)", async () => {
  const { place, talk } = await spoken()
  expect(talk.stderr + talk.stdout).toMatch(/about [\d,]+ tokens of the window are free again: 2 messages left it, nothing of them is lost\n/)
  expect(talk.stdout + talk.stderr).toMatch(/ % of the window: about [\d,]+ tokens of 128,000 for scripted:/)

  const told = await loom(place, ["context"])
  expect([told.code, told.stderr]).toEqual([0, ""])
  expect(told.stdout).toMatch(
    / {2}system +\d+ {2}of 2,048 · fixed when the session was opened\n {2}tools +[\d,]+ {2}of 2,048.*\n {2}history +\d+ {2}what was said since message \d+\n {2}marker +\d+ {2}stands for \d+ messages that left\n {2}answer +16,000 {2}kept free\noffloaded above 3,000, in about [\d,]+ tokens; /
  )
  const report = JSON.parse((await loom(place, ["context", "--json"])).stdout)
  expect(report.zones.map(({ name }: { name: string }) => name)).toEqual(["system", "tools", "rules", "decisions", "map", "diagnostics", "surroundings", "history", "marker"])
  expect(Math.abs(report.zones.reduce((sum: number, { tokens }: { tokens: number }) => sum + tokens, 0) - report.tokens)).toBeLessThan(8)
  expect([report.thresholdTokens, report.leftTokens, report.left.keepers.length, report.keepers.length]).toEqual([3000, 3000 - report.tokens, 3, 3])

  const found = await loom(place, ["context", "search", "port", "4711"])
  expect([found.code, found.stderr]).toEqual([0, ""])
  expect(found.stdout).toMatch(/^(\S+)#2 {2}the agent \(.*\n {4}The port is 4711\. lorem/)
  const id = found.stdout.split(" ", 1)[0] as string
  const read = await loom(place, ["context", "read", id])
  expect(read.stdout.split("\n").slice(-3)).toEqual([expect.stringMatching(/^#2 the agent/), long("The port is 4711."), ""])
  expect((await loom(place, ["context", "read", report.left.keepers[0]])).stdout).toContain("#0 the person\nwhich port?\n")
}, 60_000)

test("what is not there, and a line that is written otherwise, is a sentence", async () => {
  const place = makePlace({ git: false })
  const said = async (...words: readonly string[]) => {
    const { code, stderr, stdout } = await loom(place, ["context", ...words])
    return [code, stdout, stderr.replaceAll(place.root, "ROOT")]
  }
  expect(await said()).toEqual([2, "", "loom context: no session was held in ROOT yet; name one of another folder, `loom sessions --all` lists them\n"])
  expect(await said("search", 'a" OR b*')).toEqual([1, "", 'nothing that left a window of this project holds "a\\" OR b*"\n'])
  expect(await said("search")).toEqual([2, "", "loom context search: give the words to look for\n"])
  expect(await said("read", "x#1")).toEqual([2, "", "read message x#1: no keeper of this project holds it; it is still in the window, or there is none of that number\n"])
  expect(await said("the", "window")).toEqual([2, "", "loom context: write `loom context [--next] [ID]`, `loom context search WORDS` or `loom context read KEEPER…`\n"])
}, 60_000)
