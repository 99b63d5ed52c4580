import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { place } from "./command.ts"
import { isSentence } from "./looking-back.ts"
import { add, commit, edges, exported, file, git, graph, idOf, nodeOf, repository, turn, write, type Content, type Node } from "./remembering.ts"

test("what names no node, no kind, no type, or is no title is refused with a sentence, and the graph stays as it was", async () => {
  const { folder } = place()
  const goal = await add(folder, "goal", "Ein Ziel „mit“ Zeichen 🎯")
  const before = (await graph(folder, "export")).stdout
  const wrong: readonly (readonly [number, readonly string[]])[] = [
    [2, ["add", "wish", "x"]],
    [2, ["add", "goal"]],
    [2, ["add", "option", "x", "--from", goal.slice(-3)]],
    [2, ["add", "option", "x", "--from", goal, "--type", "causes"]],
    [2, ["add", "option", "x", "--from", "zzzzzz"]],
    [2, ["link", goal, "zzzzzz"]],
    [2, ["show", "zzzzzz"]],
    [2, ["path", goal]],
    [2, ["set", goal, "kind"]],
    [2, ["frobnicate"]],
    [1, ["link", goal, goal]]
  ]
  const ran = []
  for (const [, words] of wrong) {
    const each = await graph(folder, ...words)
    ran.push([each.code, words.slice(0, 2).join(" "), each.stdout, isSentence(each)])
  }
  expect(ran).toEqual(wrong.map(([code, words]) => [code, words.slice(0, 2).join(" "), "", true]))
  for (const words of [
    ["add", "goal", ""],
    ["add", "goal", "x".repeat(301)],
    ["add", "goal", "x", "--confidence", "101"],
    ["set", goal, "status=gone"],
    ["set", goal, "confidence=-1"]
  ]) {
    const each = await graph(folder, ...words)
    expect([words.join(" ").slice(0, 30), each.code === 0, isSentence(each)]).toEqual([words.join(" ").slice(0, 30), false, true])
  }
  expect((await graph(folder, "export")).stdout).toBe(before)
  expect((await nodeOf(folder, goal)).title).toBe("Ein Ziel „mit“ Zeichen 🎯")
})

test("the edge that would close a cycle is refused and the way back is named; chosen and supersedes may go back; a duplicate is refused", async () => {
  const { folder } = place()
  const [a, b, c] = [await add(folder, "goal", "Anfang"), await add(folder, "goal", "Mitte"), await add(folder, "goal", "Ende")]
  await graph(folder, "link", a, b)
  await graph(folder, "link", b, c, "--type", "requires")
  const closing = await graph(folder, "link", c, a, "--type", "enables")
  expect([closing.code, /Anfang[^]*Mitte[^]*Ende/.test(closing.stderr)]).toEqual([1, true])
  expect((await graph(folder, "link", a, b, "--reason", "again")).code).toBe(1)
  expect([(await graph(folder, "link", c, a, "--type", "chosen")).code, (await graph(folder, "link", a, b, "--type", "blocks")).code]).toEqual([0, 0])
  expect(edges(await exported(folder))).toEqual(["Anfang blocks Mitte", "Anfang leads_to Mitte", "Ende chosen Anfang", "Mitte requires Ende"])
})

test("of two processes that together would close a cycle, one is refused", async () => {
  const { folder } = place()
  const [a, b] = [await add(folder, "goal", "a"), await add(folder, "goal", "b")]
  const both = await Promise.all([graph(folder, "link", a, b), graph(folder, "link", b, a)])
  expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1])
  expect((await exported(folder)).edges).toHaveLength(1)
})

test("a pivot leads from the old decision by what was seen and a reconsideration to the new one, which supersedes it; nobody pivots from what is superseded", async () => {
  const { folder } = place()
  const old = await add(folder, "decision", "SQLite")
  expect((await graph(folder, "pivot", old.slice(-6), "it locks", "Postgres")).code).toBe(0)
  const after = await exported(folder)
  const kind = (name: string) => after.nodes.find((node) => node.kind === name)!.title
  expect(after.nodes.map((node) => [node.kind, node.status]).toSorted()).toEqual([
    ["decision", "active"],
    ["decision", "superseded"],
    ["observation", "active"],
    ["revisit", "active"]
  ])
  expect(edges(after)).toEqual(
    [
      "Postgres supersedes SQLite",
      "SQLite leads_to it locks",
      `it locks leads_to ${kind("revisit")}`,
      `${kind("revisit")} leads_to Postgres`
    ].toSorted()
  )
  const again = await graph(folder, "pivot", old, "too slow", "Files")
  expect([again.code, await exported(folder)]).toEqual([1, after])
})

test("low confidence marks what depends on it, five edges down and up requires, from several sources; recovering and superseding clear what they set, and no mark is exported", async () => {
  const { folder } = place()
  const top = await add(folder, "decision", "top", "--confidence", "90")
  let last = top
  const chain: string[] = []
  for (let n = 1; n <= 6; n++) chain.push((last = await add(folder, "action", `step ${n}`, "--from", last, "--type", n % 2 === 0 ? "enables" : "leads_to")))
  const needs = await add(folder, "goal", "needs it")
  await graph(folder, "link", needs, top, "--type", "requires")
  const aside = await add(folder, "option", "aside", "--from", top, "--type", "chosen")
  const told = await graph(folder, "set", top, "confidence=49")
  expect([told.code, /step 1/.test(told.stdout + told.stderr)]).toEqual([0, true])
  const marks = async () => {
    const { nodes } = JSON.parse((await graph(folder, "--json")).stdout) as Content
    return [...chain, needs, aside].map((id) => nodes.find((node) => node.id === id)!.uncertain)
  }
  expect(await marks()).toEqual([[top], [top], [top], [top], [top], [], [top], []])
  const second = await add(folder, "observation", "also unsure", "--confidence", "10")
  await graph(folder, "link", second, chain[4]!)
  await graph(folder, "set", top, "confidence=50")
  expect(await marks()).toEqual([[], [], [], [], [second], [second], [], []])
  expect((await exported(folder)).nodes.every(({ uncertain }) => uncertain === undefined || uncertain.length === 0)).toBe(true)
  await graph(folder, "abandon", second)
  expect(await marks()).toEqual([[], [], [], [], [], [], [], []])
})

test("the pulse lists what its numbers count, and its health is what the page says", async () => {
  const { folder } = place()
  const old = Date.now() - 8 * 86_400_000
  write(folder, {
    "alt.json": file([{ kind: "goal" }, { kind: "decision", confidence: 20 }, { kind: "action", confidence: 80 }, { kind: "observation", confidence: 49 }, { kind: "observation", confidence: 50, status: "abandoned" }], old)
  })
  expect((await graph(folder, "import", "alt.json")).code).toBe(0)
  await graph(folder, "link", idOf(0), idOf(1))
  await graph(folder, "link", idOf(1), idOf(2))
  const pulse = JSON.parse((await graph(folder, "pulse", "--json")).stdout)
  const ids = (name: string) => pulse.found[name].nodes.map(({ id }: Node) => id)
  expect(Object.keys(pulse.found).map((name) => [name, pulse.found[name].count, ids(name)])).toEqual([
    ["goal-without-options", 1, [idOf(0)]],
    ["decision-without-actions", 0, []],
    ["action-without-outcomes", 1, [idOf(2)]],
    ["orphan", 1, [idOf(3)]],
    ["stale", 4, expect.any(Array)],
    ["low-confidence", 2, expect.any(Array)]
  ])
  expect([pulse.byConfidence, pulse.health]).toEqual([{ high: 1, medium: 0, low: 2, none: 1 }, 100 - 20 - 5 - 6])
})

test("what is exported and imported elsewhere is the same graph byte by byte; twice is once; older never overwrites newer; what is no such file is refused whole", async () => {
  const [here, there] = [place(), place()]
  const a = await add(here.folder, "goal", "a", "--description", "Zeile\n„zwei“ 🎯")
  const b = await add(here.folder, "decision", "b", "--from", a, "--reason", "weil")
  const path = join(there.folder, "graph ü.json")
  expect((await graph(here.folder, "export", "--to", path)).code).toBe(0)
  const first = readFileSync(path, "utf8")
  for (const _ of [1, 2]) {
    expect((await graph(there.folder, "import", "graph ü.json")).code).toBe(0)
    expect((await graph(there.folder, "export")).stdout).toBe(first)
  }
  await graph(there.folder, "set", b, "title=neuer")
  await graph(there.folder, "remove", a)
  const newer = (await graph(there.folder, "export")).stdout
  await graph(there.folder, "import", "graph ü.json")
  expect([(await graph(there.folder, "export")).stdout === newer, edges(JSON.parse(newer)), JSON.parse(newer).tombstones.length > 0]).toEqual([true, [], true])
  for (const [name, text] of [["cut", first.slice(0, 200)], ["conflict", `<<<<<<< HEAD\n${first}=======\n${first}>>>>>>> x\n`], ["other", '{"nodes":{}}']] as const) {
    write(there.folder, { [`${name}.json`]: text })
    const ran = await graph(there.folder, "import", `${name}.json`)
    expect([name, ran.code === 0, isSentence(ran), (await graph(there.folder, "export")).stdout === newer]).toEqual([name, false, true, true])
  }
})

test("git merges two branches of graph.json by the driver, the same from either side, and nothing either knew is lost; an unreadable side stays a conflict", async () => {
  const { beside, folder } = repository()
  const goal = await add(folder, "goal", "common")
  expect((await graph(folder, "share")).code).toBe(0)
  commit(folder, "shared")
  const other = join(beside, "the other one")
  git(beside, "clone", "-q", folder, other)
  const bin = join(beside, "loom")
  writeFileSync(bin, `#!/bin/sh\nLOOM_HOME='${join(beside, "home")}' exec '${process.execPath}' '${join(import.meta.dirname, "../../bin/loom.js")}' "$@"\n`, { mode: 0o755 })
  for (const each of [folder, other]) git(each, "config", "merge.loom-graph.driver", `'${bin}' graph merge-driver %O %A %B`)
  await graph(other, "import")
  await add(folder, "option", "mine", "--from", goal)
  await add(other, "option", "theirs", "--from", goal)
  await graph(other, "set", goal, "description=said by them")
  for (const each of [folder, other]) {
    expect((await graph(each, "share")).code).toBe(0)
    commit(each, `by ${each}`)
  }
  git(folder, "fetch", "-q", other, "main:theirs")
  git(other, "fetch", "-q", folder, "main:theirs")
  for (const each of [folder, other]) git(each, "merge", "-q", "--no-edit", "theirs")
  const merged = readFileSync(join(folder, ".loom/graph.json"), "utf8")
  expect(readFileSync(join(other, ".loom/graph.json"), "utf8")).toBe(merged)
  await graph(folder, "import")
  expect(edges(await exported(folder))).toEqual(["common leads_to mine", "common leads_to theirs"])
  expect(merged).toContain("said by them")
  for (const [each, text] of [[folder, "{ broken"], [other, merged.replace("common", "gemeinsam")]] as const) {
    writeFileSync(join(each, ".loom/graph.json"), text)
    commit(each, "more")
  }
  git(other, "fetch", "-q", folder, "main:broken")
  expect(() => git(other, "merge", "-q", "--no-edit", "broken")).toThrow()
  expect([git(other, "status", "--porcelain"), readFileSync(join(other, ".loom/graph.json"), "utf8")]).toEqual([
    expect.stringMatching(/^UU .*graph\.json/m),
    merged.replace("common", "gemeinsam")
  ])
})

test("what looks like a key is not shared, and is named; what recorded itself is left out", async () => {
  const { folder } = repository()
  await turn(folder, ["bitte eine Datei", "--permission-mode", "bypass"], [[["file_write", { path: "a.txt", content: "a\n" }]], "Fertig."])
  await add(folder, "decision", "Use it", "--description", `with ghp_${"A1b2C3d4E5".repeat(4).slice(0, 36)}`)
  expect((await exported(folder)).nodes.some(({ origin }) => origin === "auto")).toBe(true)
  const refused = await graph(folder, "share")
  expect([refused.code, refused.stderr.includes("Use it"), /ghp_/.test(refused.stderr), existsSync(join(folder, ".loom/graph.json"))]).toEqual([1, true, false, false])
  await graph(folder, "set", (await exported(folder)).nodes.find(({ origin }) => origin === "said")!.id, "description=without")
  expect((await graph(folder, "share")).code).toBe(0)
  const text = readFileSync(join(folder, ".loom/graph.json"), "utf8")
  expect([/ghp_/.test(text), (JSON.parse(text) as { nodes: Node[] }).nodes.map(({ origin, title }) => [origin, title])]).toEqual([false, [["said", "Use it"]]])
})

test("a picture, a story and a pull request's text make no markup of what the graph says", async () => {
  const { folder } = place()
  const title = `<script>alert("1")</script> & # [x](http://evil) *b* \u0060c\u0060 | ![i](j)`
  const goal = await add(folder, "goal", title, "--description", "# Überschrift\n\n<img src=x>\n- [ ] Liste")
  const old = await add(folder, "decision", "alt", "--from", goal)
  await graph(folder, "pivot", old, "gesehen", "neu")
  expect((await graph(folder, "tree", "--format", "svg", "--to", "bild.svg")).code).toBe(0)
  const svg = readFileSync(join(folder, "bild.svg"), "utf8")
  expect([/<script|<img/.test(svg), /stroke-dasharray/.test(svg), /https?:(?!\/\/www\.w3\.org)/.test(svg.replaceAll("http://evil", ""))]).toEqual([false, true, false])
  for (const words of [["narrative", goal], ["writeup"]]) {
    const { code, stdout } = await graph(folder, ...words)
    expect([words[0], code, /<script|<img|^# Überschrift|^- \[ \]|(?<!\\)\[x\]\(/m.test(stdout), stdout.includes("neu")]).toEqual([words[0], 0, false, true])
  }
  const dot = (await graph(folder, "--format", "dot")).stdout
  expect(dot.replaceAll('\\"', "")).not.toMatch(/alert\("1/)
})

test("archaeology proposes the same from the same history, writes nothing unasked, marks what it dug up, and leaves what a person removed", async () => {
  const { folder } = repository()
  git(folder, "switch", "-q", "-c", "feature/login")
  write(folder, { "a.ts": "export const a = 1\n" })
  commit(folder, "login: use tokens instead of cookies")
  const hash = git(folder, "rev-parse", "HEAD").trim()
  git(folder, "switch", "-q", "main")
  git(folder, "merge", "-q", "--no-ff", "--no-edit", "feature/login")
  git(folder, "revert", "--no-edit", "-m", "1", "HEAD")
  git(folder, "tag", "-a", "v1.0", "-m", "v1.0")
  const proposed = await graph(folder, "archaeology", "--json")
  expect([proposed.code, (await exported(folder)).nodes]).toEqual([0, []])
  const day = git(folder, "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%d").trim()
  expect((await graph(folder, "archaeology", "--json", "--since", day)).stdout).toBe(proposed.stdout)
  expect((await graph(folder, "archaeology", "--apply")).code).toBe(0)
  const first = await exported(folder)
  expect(new Set(first.nodes.map(({ origin }) => origin))).toEqual(new Set(["archaeology"]))
  expect([
    first.nodes.some(({ kind }) => kind === "goal"),
    first.nodes.some(({ kind }) => kind === "revisit"),
    JSON.stringify(first).includes(hash.slice(0, 7))
  ]).toEqual([true, true, true])
  await graph(folder, "archaeology", "--apply")
  expect(await exported(folder)).toEqual(first)
  const gone = first.nodes.find(({ kind }) => kind === "goal")!.id
  await graph(folder, "remove", gone)
  await graph(folder, "archaeology", "--apply")
  expect((await exported(folder)).nodes.some(({ id }) => id === gone)).toBe(false)
  const bare = place()
  const nowhere = await graph(bare.folder, "archaeology")
  expect([nowhere.code === 0, isSentence(nowhere)]).toEqual([false, true])
})
