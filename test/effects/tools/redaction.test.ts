import { expect, test } from "vitest"
import { workbench } from "./workbench.ts"

const KEY = `ghp_${"a1B2c3".repeat(6)}`
const SHOWN = "‹redacted: a GitHub token›"
const bench = workbench()

test("what a file holds is read without its secrets; what is searched too", async () => {
  bench.write(".env", `NAME=loom\nGITHUB=${KEY}\n`)
  expect((await bench.call("file_read", { path: ".env" })).text).toBe(`1\tNAME=loom\n2\tGITHUB=${SHOWN}`)
  expect((await bench.call("content_search", { pattern: "GITHUB", path: ".env" })).text).toContain(`GITHUB=${SHOWN}`)
})

test("what a command prints, while it runs, in its result, and in what is kept beside", async () => {
  const events = await bench.events("shell", { command: `printf '${KEY.slice(0, 20)}'; sleep 0.05; echo '${KEY.slice(20)}'; seq 10000` })
  expect(JSON.stringify(events)).not.toContain(KEY.slice(20))
  expect(events.map((event) => (event.type === "ToolProgress" ? event.text : "")).join("")).toMatch(new RegExp(`^${SHOWN}\n1\n2\n`))
  const [completed] = events.filter((event) => event.type === "ToolCompleted")
  expect(completed?.parts[0]).toMatchObject({ text: expect.stringMatching(new RegExp(`^exit code 0\n${SHOWN}\n1\n`)) })
  const kept = (await bench.blob(completed?.blob as string)).toString()
  expect([kept.startsWith(`${SHOWN}\n1\n`), kept.endsWith("\n9999\n10000\n"), kept.includes(KEY)]).toEqual([true, true, false])
})

test("an error that quotes the file has no secret in it either", async () => {
  bench.write("keys.txt", `alpha\ngithub = ${KEY}\nomega\n`)
  const { status, text } = await bench.call("file_edit", { path: "keys.txt", edits: [{ old: "alpha\ngithub = x\nomega", new: "x" }] })
  expect([status, text.includes(KEY), text.includes(SHOWN)]).toEqual(["error", false, true])
})

test("an edit beside a secret keeps it; one that would write the placeholder over it is refused, and the file stays", async () => {
  bench.write("app.env", `A=1\nGITHUB=${KEY}\n`)
  await bench.call("file_read", { path: "app.env" })
  const { status, text } = await bench.call("file_edit", { path: "app.env", edits: [{ old: "A=1", new: "A=2" }] })
  expect([status, text.includes(KEY), bench.text("app.env")]).toEqual(["ok", false, `A=2\nGITHUB=${KEY}\n`])
  await bench.call("file_read", { path: "app.env" })
  const refused = `the text holds ${SHOWN}, which stands for a secret that is not shown; leave that line out of the change, or ask the person`
  expect(
    await bench.call("file_edit", { path: "app.env", edits: [{ old: `GITHUB=${SHOWN}`, new: `GITHUB=${SHOWN}\nB=1` }] })
  ).toMatchObject({ status: "error", text: `edit app.env: ${refused}` })
  expect(await bench.call("file_write", { path: "app.env", content: `A=3\nGITHUB=${SHOWN}\n` })).toMatchObject({
    status: "error",
    text: `write app.env: ${refused}`
  })
  expect(await bench.call("shell", { command: `echo 'GITHUB=${SHOWN}' > app.env` })).toMatchObject({
    status: "invalid",
    text: `shell: ${refused}`
  })
  expect(bench.text("app.env")).toBe(`A=2\nGITHUB=${KEY}\n`)
})

test("a file that speaks of placeholders can be edited", async () => {
  bench.write("notes.md", `it shows ${SHOWN}\n`)
  expect(await bench.call("file_edit", { path: "notes.md", edits: [{ old: `shows ${SHOWN}`, new: `puts ${SHOWN}` }] })).toMatchObject({ status: "ok" })
  expect(bench.text("notes.md")).toBe(`it puts ${SHOWN}\n`)
})
