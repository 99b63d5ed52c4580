import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { git } from "../../effects/git/place.ts"
import { loom, makePlace } from "../loom.ts"

const put = (root: string, name: string, text: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

const withCode = () => {
  const place = makePlace({ map: true })
  put(place.root, "src/router.ts", 'import { parseUrl } from "./url.ts"\nexport class Router {\n  match(path: string): string {\n    return parseUrl(path)\n  }\n}\n')
  put(place.root, "src/url.ts", "export const parseUrl = (url: string): string => url\n")
  put(place.root, "src/mail.py", "class Mail:\n    def send(self):\n        pass\n")
  put(place.root, "README.md", "# read me\n")
  put(place.root, "node_modules/other/index.ts", "export const parseUrl = 1\n")
  return place
}

test("map shows files with their definitions, and on stderr what that took", async () => {
  const { code, stdout, stderr } = await loom(withCode(), ["map", "--for", "the router"])
  expect({ code, stdout, stderr: stderr.replace(/\d+ of/, "N of") }).toEqual({
    code: 0,
    stdout:
      "src/mail.py\n  class Mail\n    def send(self)\nsrc/router.ts\n  export class Router\n    match(path: string): string\n" +
      "src/url.ts\n  export const parseUrl = (url: string): string =>\n./: README.md\n",
    stderr: "3 files with definitions and 1 by name, of 4; N of 2048 tokens\n"
  })
}, 60_000)

test("map PATH shows what lies there, and refuses what lies elsewhere", async () => {
  const place = withCode()
  expect((await loom(place, ["map", "src/url.ts", "./src/mail.py", "-q"])).stdout).toBe(
    "src/mail.py\n  class Mail\n    def send(self)\nsrc/url.ts\n  export const parseUrl = (url: string): string =>\n"
  )
  expect(await loom(place, ["map", "../other"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("map ../other: it lies outside")
  })
  expect(await loom(place, ["map", "src/ulr.ts"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("map src/ulr.ts: there is no such file or folder in ")
  })
  expect(await loom(place, ["map", "--budget", "many"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--budget many is no amount; give a whole number of tokens")
  })
}, 60_000)

test("map --json says each file's rank and why, and the text that a model reads, within the budget", async () => {
  const place = withCode()
  git(place.root, "init", "-q")
  git(place.root, "add", "-A", "src", "README.md")
  git(place.root, "commit", "-q", "-m", "letters are sent")
  const { code, stdout, stderr } = await loom(place, ["map", "--json", "--for", "parseUrl", "--budget", "40"])
  const report = JSON.parse(stdout) as {
    readonly tokens: number
    readonly text: string
    readonly files: readonly { readonly path: string; readonly rank: number; readonly reasons: readonly { readonly reason: string }[] }[]
  }
  expect({
    code,
    stderr,
    first: report.files[0]?.path,
    ranks: report.files.map(({ rank }) => rank),
    why: report.files[0]?.reasons[0]?.reason
  }).toEqual({
    code: 0,
    stderr: "",
    first: "src/url.ts",
    ranks: report.files.map((_, place) => place + 1),
    why: "words"
  })
  expect(report.tokens).toBeLessThanOrEqual(40)
  expect(report.text.startsWith("<repository-map>\n")).toBe(true)
}, 60_000)

test("map --check says what was read and what could not be, and leaves with 1 where something could not", async () => {
  const place = withCode()
  expect(await loom(place, ["map", "--check"])).toMatchObject({ code: 0, stdout: "4 files: 1 python, 2 typescript; 1 by name\n" })
  put(place.root, "src/large.ts", `export const large = "${"x".repeat(1_100_000)}"\n`)
  const { code, stdout } = await loom(place, ["map", "--check", "src"])
  expect({ code, lines: stdout.split("\n").slice(0, 2), fault: /^ {2}src\/large\.ts: /m.test(stdout) }).toEqual({
    code: 1, lines: ["4 files: 1 python, 2 typescript; 0 by name", "1 file could not be read and is known by name:"], fault: true
  })
  expect(JSON.parse((await loom(place, ["map", "--check", "--json"])).stdout)).toMatchObject({
    files: 5,
    languages: { python: 1, typescript: 2 },
    namesOnly: 1,
    faults: [{ path: "src/large.ts" }]
  })
}, 60_000)

test("map of a folder without files, and with a budget of nothing, has no map and says so", async () => {
  const place = makePlace({ map: true })
  rmSync(join(place.root, "README.md"))
  expect(await loom(place, ["map"])).toMatchObject({ code: 0, stdout: "", stderr: "0 files with definitions and 0 by name, of 0; 0 of 2048 tokens\n" })
  put(place.root, "a.ts", "export const a = 1\n")
  expect(await loom(place, ["map", "--budget", "0"])).toMatchObject({ code: 0, stdout: "", stderr: "0 files with definitions and 0 by name, of 1; 0 of 0 tokens\n" })
}, 60_000)
