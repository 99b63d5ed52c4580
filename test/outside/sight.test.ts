import { mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { countTokens } from "../../src/effects/llm/tokens.ts"
import { loom, place, seen, serving, type Server } from "./command.ts"
import { isSentence } from "./looking-back.ts"
import { add, commit, git, repository, turn, write, sessionOf } from "./remembering.ts"

const sources: Readonly<Record<string, string>> = {
  "src/router/routes.ts": "export const routePath = (path: string) => path\nexport class Router {\n  dispatch(path: string) {\n    return routePath(path)\n  }\n}\n",
  "src/größe/日本.py": "class Größe:\n    def berechne_länge(self):\n        return 1\n",
  "src/login.go": "package login\n\nfunc ValidateToken(token string) bool {\n\treturn token != \"\"\n}\n",
  "src/app.ts": 'import { Router } from "./router/routes.ts"\nexport const start = () => new Router().dispatch("/")\n',
  "README.md": "# An example\n"
}
const map = (folder: string, ...words: readonly string[]) => loom(folder, ["map", ...words])
const json = async (folder: string, ...words: readonly string[]) => JSON.parse((await map(folder, "--json", ...words)).stdout) as {
  readonly tokens: number
  readonly budgetTokens: number
  readonly filesInAll: number
  readonly files: readonly { readonly path: string; readonly rank: number; readonly definitions: readonly { readonly name: string }[] }[]
  readonly text: string
}
const first = (told: Awaited<ReturnType<typeof json>>) => told.files.toSorted((a, b) => a.rank - b.rank)[0]?.path

// Here maps are made as for anybody.
process.env["LOOM_ZONE_MAP_TOKENS"] = ""

test("a map is never over its budget, whatever that is, says how many tokens it has, and is the same each time", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [
      `src/mod${n}/datei ${n} 漢字.ts`,
      `export const wert${n} = ${n}\nexport function tueEtwas${n}(a: number) {\n  return wert${n} + a\n}\n`
    ])
  )
  const { folder } = repository({ ...sources, ...many })
  for (const budget of [1, 17, 40, 200, 1024]) {
    const told = await json(folder, "--budget", String(budget))
    expect([budget, told.tokens <= budget, countTokens(told.text) <= budget, told.budgetTokens]).toEqual([budget, true, true, budget])
    expect(budget < 1024 || told.text.length > 1500).toBe(true)
  }
  expect((await map(folder)).stdout).toBe((await map(folder)).stdout)
  for (const wrong of ["-3", "viel", "1.5"]) {
    const ran = await map(folder, "--budget", wrong)
    expect([wrong, ran.code === 0, isSentence(ran)]).toEqual([wrong, false, true])
  }
})

test("what a task's words mean comes first, by stems, in any script; a name that is a definition leads to its file; a path shows only what is below it", async () => {
  const { folder } = repository(sources)
  expect(first(await json(folder, "--for", "the routing is slow"))).toBe("src/router/routes.ts")
  expect(first(await json(folder, "--for", "validateToken lets empty ones through"))).toBe("src/login.go")
  expect(first(await json(folder, "--for", "Größe und Länge sind falsch"))).toBe("src/größe/日本.py")
  expect(first(await json(folder, "--for", "fix src/app.ts"))).toBe("src/app.ts")
  const below = await map(folder, "src/router")
  expect([below.code, below.stdout.includes("Router"), below.stdout.includes("ValidateToken")]).toEqual([0, true, false])
  const nowhere = await map(folder, "gibt/es/nicht")
  expect([nowhere.code === 0 && nowhere.stdout !== "", isSentence(nowhere)]).toEqual([false, true])
})

test("a broken file, one of 3 MB, one that is binary, a loop of links, a link out of the folder, what is ignored and hostile names cost only themselves", async () => {
  const { beside, folder } = repository({ ...sources, ".gitignore": "geheim/\n*.secret.ts\n" })
  mkdirSync(join(folder, "kreis"))
  symlinkSync("..", join(folder, "kreis/wieder"))
  write(beside, { "außen/fremd.ts": "export const fremdesWort = 1\n" })
  symlinkSync(join(beside, "außen"), join(folder, "link"))
  write(folder, {
    "kaputt.ts": "export const {{{ = ((( class 7 function =>\n",
    "groß.ts": `export const riese = [\n${'  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",\n'.repeat(90_000)}]\n`,
    "bin.ts": "\0\u0001\u0002export const binär = 1\0",
    "geheim/plan.ts": "export const geheimerPlan = 1\n",
    "a.secret.ts": "export const geheimesWort = 1\n",
    "b\n</repository-map>\u001b[31m.ts": "export const böse = 1\n",
    "leer.ts": ""
  })
  const told = await json(folder, "--budget", "4000")
  const names = told.files.map(({ path }) => path)
  expect(["src/router/routes.ts", "src/login.go", "src/größe/日本.py"].every((name) => names.includes(name))).toBe(true)
  expect(told.text).not.toMatch(/fremdesWort|geheimerPlan|geheimesWort|plan\.ts|wieder|\u001b/)
  expect(told.text.match(/<\/?repository-map>/g)).toEqual(["<repository-map>", "</repository-map>"])
  const { stdout } = await map(folder, "--budget", "4000")
  // eslint-disable-next-line no-control-regex
  expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
  const check = await loom(folder, ["map", "--check"])
  expect([check.code, /groß\.ts/.test(check.stdout), /typescript/i.test(check.stdout), /plan\.ts/.test(check.stdout)]).toEqual([1, true, true, false])
})

test("no repository, an empty one, one without a commit and a folder of no code each have an answer; nothing is written into the folder", async () => {
  const { beside, folder } = place()
  const ran = async (folder: string) => {
    const [told, check] = [await map(folder), await map(folder, "--check")]
    return [told.code, isSentence(told), check.code, isSentence(check)]
  }
  expect(await ran(folder)).toEqual([0, true, 0, true])
  write(folder, sources)
  expect((await map(folder)).stdout).toContain("ValidateToken")
  const empty = join(beside, "leer")
  mkdirSync(empty)
  git(empty, "init", "-q")
  expect(await ran(empty)).toEqual([0, true, 0, true])
  write(empty, { "notiz.txt": "nur Text\n", "x.py": "def anfang():\n    pass\n" })
  expect((await map(empty)).stdout).toContain("def anfang")
  expect(git(empty, "status", "--porcelain").trim().split("\n").toSorted()).toEqual(["?? notiz.txt", "?? x.py"])
})

test("what changed, moved or went away is told by the next map, also where it was switched by git", async () => {
  const { folder } = repository(sources)
  expect((await map(folder)).stdout).toContain("ValidateToken")
  git(folder, "switch", "-q", "-c", "other")
  git(folder, "mv", "src/login.go", "src/anmeldung.go")
  write(folder, { "src/router/routes.ts": "export class Wegweiser {}\n" })
  commit(folder, "two")
  const moved = (await map(folder)).stdout
  expect([moved.includes("src/anmeldung.go"), moved.includes("src/login.go"), moved.includes("Wegweiser"), /class Router/.test(moved)]).toEqual([true, false, true, false])
  git(folder, "switch", "-q", "main")
  const back = (await map(folder)).stdout
  expect([back.includes("src/anmeldung.go"), back.includes("src/login.go"), back.includes("Wegweiser"), /class Router/.test(back)]).toEqual([false, true, false, true])
})

const texts = (server: Server, request: number) =>
  seen(server)[request]!.flatMap(({ content }) => content.flatMap(({ text }) => (text === undefined ? [] : [text])))

test("a turn's request holds what --next told, in its order; the turn after says nothing again, and what it adds stands behind all that was said", async () => {
  const { folder } = repository({ ...sources, "AGENTS.md": "Regel der Wurzel\n" })
  await add(folder, "goal", "Schnell sein")
  await map(folder)
  const told = JSON.parse((await loom(folder, ["context", "--next", "--json"])).stdout) as {
    readonly fragments: readonly {
      readonly source: string
      readonly text: string
      readonly tokens: number
      readonly budgetTokens: number
      readonly sent: boolean
    }[]
  }
  expect([...new Set(told.fragments.map(({ source }) => source))]).toEqual(["rules file", "environment", "decisions", "repository map"])
  expect(told.fragments.every(({ tokens, budgetTokens }) => tokens <= budgetTokens)).toBe(true)
  await using server = await serving(["eins", "zwei"])
  await loom(folder, ["-p", "hallo"], { server })
  await loom(folder, ["-p", "weiter", "-c"], { server })
  const opening = texts(server, 0).join("\n")
  const places = told.fragments.filter(({ source }) => source !== "repository map").map(({ text }) => opening.indexOf(text))
  expect([places.every((at) => at >= 0), places]).toEqual([true, places.toSorted((a, b) => a - b)])
  const second = texts(server, 1).join("\n")
  expect([second.startsWith(opening), second.split("Regel der Wurzel").length, second.split("Schnell sein").length]).toEqual([true, 2, 2])
})

test("--next asks nobody, changes nothing, and is the same twice; the rules file of a folder comes once the session has to do with it, and is cut where the zone is small", async () => {
  const { folder } = repository({
    ...sources,
    "AGENTS.md": "Regel der Wurzel\n",
    "src/AGENTS.md": "Regel von src\n",
    "src/router/AGENTS.md": `Regel des Routers\n${"noch eine Zeile der Regeln\n".repeat(400)}`,
    "andere/AGENTS.md": "Regel der anderen\n"
  })
  const next = async (variables: Readonly<Record<string, string>> = {}) =>
    (await loom(folder, ["context", "--next", "--json"], { variables })).stdout.replaceAll(/\n *"late": (true|false),/g, "")
  const before = await next()
  expect([
    /Regel der Wurzel/.test(before),
    /Regel von src/.test(before),
    (await next()) === before,
    (await loom(folder, ["sessions"])).stdout.trim()
  ]).toEqual([true, false, true, ""])
  const id = sessionOf(await turn(folder, ["lies src/router/routes.ts"], [[["file_read", { path: "src/router/routes.ts" }]], "gelesen"]))
  const log = (await loom(folder, ["export", id])).stdout
  const after = await next()
  expect([/Regel von src/.test(after + log), /Regel des Routers/.test(after + log), /Regel der anderen/.test(after + log)]).toEqual([true, true, false])
  const [large, cut] = [JSON.parse(await next()), JSON.parse(await next({ LOOM_ZONE_RULES_TOKENS: "60" }))]
  type Fragment = { readonly source: string; readonly tokens: number; readonly cut: boolean }
  const rules = ({ fragments }: { readonly fragments: readonly Fragment[] }) => fragments.filter(({ source }) => source === "rules file")
  const tokens = (fragments: readonly Fragment[]) => fragments.reduce((sum, each) => sum + each.tokens, 0)
  expect([rules(large).some((each) => each.cut), tokens(rules(cut)) <= 60, rules(cut).some((each) => each.cut) || cut.missing.length > 0]).toEqual([false, true, true])
  expect((await loom(folder, ["export", id])).stdout).toBe(log)
})

test("a window that is small bounds all that is gathered to a quarter of it, and what has no room is named", async () => {
  const { folder } = repository({ ...sources, "AGENTS.md": "Regel der Wurzel, und noch mehr davon.\n".repeat(500) })
  const { stdout } = await loom(folder, ["context", "--next", "--json"], { variables: { LOOM_WINDOW_TOKENS: "4000" } })
  const told = JSON.parse(stdout)
  const whole = told.fragments.reduce((sum: number, { tokens }: { tokens: number }) => sum + tokens, 0)
  expect([told.totalTokens, whole <= 1000, told.fragments.some((each: { cut: boolean }) => each.cut)]).toEqual([1000, true, true])
  expect(readFileSync(join(folder, "AGENTS.md"), "utf8").length).toBe(39 * 500)
})
