import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { GraphContent, GraphNode } from "../../../src/effects/graph/node.ts"
import { calls, loom, LOOM, makePlace, says, type Place, type Ran } from "../loom.ts"

const graph = (place: Place, ...words: readonly string[]): Promise<Ran> => loom(place, ["graph", ...words])

/** What stands on stdout, with every id as `ID`. */
const text = ({ stdout }: Ran): string =>
  stdout
    .replaceAll(/\b[0-9a-hjkmnp-tv-z]{6}(?= (?:goal|decision|option|action|outcome|observation|revisit) )/g, "ID")
    .replaceAll(/\b[0-9a-hjkmnp-tv-z]{26}\b/g, "WHOLE-ID")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME")

const added = async (place: Place, ...words: readonly string[]): Promise<string> => (JSON.parse((await graph(place, "add", ...words, "--json")).stdout) as GraphNode).id

const exported = async (place: Place): Promise<GraphContent> => JSON.parse((await graph(place, "export")).stdout) as GraphContent

test("a person writes down why, changes their mind, and looks at it in every form (GRAPH-49 to GRAPH-53)", async () => {
  const place = makePlace()
  const empty = await graph(place)
  expect([empty.code, empty.stdout, empty.stderr]).toEqual([0, "", expect.stringMatching(/^nothing is in the graph of this project yet: /)])
  const goal = await added(place, "goal", "People", "sign in once", "--confidence", "80")
  const redis = await added(place, "decision", "Sessions in Redis", "--from", goal.slice(-6), "--description", "for now")
  expect(
    text(await graph(place, "add", "option", "Cookies", "--from", redis.slice(0, 20), "--type", "rejected", "--reason", "too small"))
  ).toBe("ID option Cookies\n")
  expect(text(await graph(place, "pivot", redis.slice(-6), "Redis loses sessions", "OpenID Connect", "--confidence", "75"))).toBe(
    "ID decision Sessions in Redis  superseded\nseen: ID observation Redis loses sessions\nnow: ID decision OpenID Connect  75%\n"
  )
  expect(text(await graph(place))).toBe(`ID goal People sign in once  80%
└─ ID decision Sessions in Redis  superseded
   ├─ rejected (too small): ID option Cookies
   └─ ID observation Redis loses sessions
      └─ ID revisit Reconsidering: Sessions in Redis
         └─ ID decision OpenID Connect  75%
            └─ supersedes (Redis loses sessions): ID decision Sessions in Redis  superseded  ↑ above
`)
  expect(text(await graph(place, "show", redis.slice(-6)))).toMatch(
    /^decision Sessions in Redis {2}superseded\n {2}for now\n {2}id +WHOLE-ID\n {2}when +TIME, changed TIME UTC\n( {2}who .*\n)? {2}branch +main\n {2}comes from {5}ID goal People sign in once {2}80%\n {2}superseded by {2}ID decision OpenID Connect {2}75% \(Redis loses sessions\)\n {2}rejected {7}ID option Cookies \(too small\)\n {2}leads to {7}ID observation Redis loses sessions\n$/
  )
  expect(text(await graph(place, "search", "redis", "sess"))).toMatch(/ID decision Sessions in Redis/)
  expect(text(await graph(place, "pulse"))).toMatch(
    /^health \d+ of 100 · 6 nodes, 6 edges\nkinds {7}1 goal, 2 decision, 1 option, 1 observation, 1 revisit\n[\s\S]*decisions that nothing was done about \(1\)\n {2}ID decision OpenID Connect {2}75%\n/
  )
  expect(text(await graph(place, "writeup"))).toContain("## Decisions\n\n- OpenID Connect (confidence 75%)\n")
  expect(text(await graph(place, "narrative", goal))).toMatch(/^# People sign in once\n\n## \d{4}/)
  expect((await graph(place, "--format", "dot")).stdout).toMatch(/^digraph decisions \{\n/)
  const drawn = await graph(place, "tree", goal, "--format", "svg", "--to", "graph.svg")
  expect([drawn.code, drawn.stdout, readFileSync(join(place.root, "graph.svg"), "utf8").match(/class="node"/g)?.length]).toEqual([0, "", 6])
  const whole = JSON.parse((await graph(place, "--json")).stdout) as GraphContent
  expect([whole.nodes.length, whole.edges.length]).toEqual([6, 6])
  expect((await graph(place, "set", goal, "confidence=", "status=abandoned")).stdout).toMatch(/goal People sign in once {2}abandoned\n$/)
}, 90_000)

test("what cannot be is a sentence and a true exit code", async () => {
  const place = makePlace({ git: false })
  const a = await added(place, "goal", "A")
  const b = await added(place, "goal", "B", "--from", a)
  const said = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await graph(place, ...words)
    return [code, stdout, stderr.trimEnd()]
  }
  expect(await said("grow")).toEqual([2, "", expect.stringMatching(/^loom graph grow: that is not known; there are tree, show, .*; a node is shown with `loom graph show grow`$/)])
  expect(await said("show")).toEqual([2, "", "it is written `loom graph show ID`: one node, its neighbours, and how to go to its moment"])
  expect(await said("show", "nobody")).toEqual([2, "", expect.stringMatching(/^find node nobody: no id is it, /)])
  expect(await said("add", "gaol", "x")).toEqual([2, "", expect.stringMatching(/^add a gaol: that is no kind of node; did you mean goal\?/)])
  expect(await said("add", "goal", "x", "--confidence", "101")).toEqual([2, "", "confidence 101: give a whole number from 0 to 100"])
  expect(await said("link", b, a)).toEqual([1, "", expect.stringMatching(/would close a cycle/)])
  expect(await said("link", a, b, "--type", "likes")).toEqual([2, "", expect.stringMatching(/^--type likes: that is no type of edge; there are leads_to, /)])
  expect(await said("set", a, "colour=red")).toEqual([2, "", expect.stringMatching(/^set colour=red: write FIELD=VALUE with one of title, /)])
  expect(await said("pulse", "--format", "svg")).toEqual([2, "", "loom graph pulse: the format svg is not there; take text, json"])
  expect(await said("archaeology")).toEqual([1, "", expect.stringMatching(/^git log in .*: not a git repository/)])
  expect(await said("import")).toEqual([2, "", expect.stringMatching(/^import the graph that the team shares: there is no \.loom\/graph\.json here/)])
  writeFileSync(join(place.root, "broken.json"), "{")
  expect(await said("import", "broken.json")).toEqual([1, "", expect.stringMatching(/^read .*broken\.json: it is no JSON/)])
  expect(await exported(place)).toMatchObject({ nodes: [{ title: "A" }, { title: "B" }], edges: [{ from: a, to: b }] })
}, 60_000)

test("turns stand folded below what was said; a node leads to its moment in the replay; another folder has none of it (GRAPH-40, GRAPH-49, GRAPH-51)", async () => {
  const place = makePlace()
  const model = place.script(calls("file_write", { path: "a.txt", content: "x" }), calls("decision_log", { kind: "decision", title: "Keep a.txt" }), says("done"))
  const once = await loom(place, ["-p", "make a file", "--model", model, "--permission-mode", "bypass"])
  expect([once.code, once.stdout, once.stderr.includes("decision graph")]).toEqual([0, "done\n", false])
  expect(text(await graph(place))).toBe("ID goal make a file  · 1 action, completed\n└─ ID decision Keep a.txt\n")
  expect(text(await graph(place, "--all"))).toBe("ID goal make a file\n├─ ID action file_write a.txt\n├─ ID decision Keep a.txt\n└─ ID outcome turn 1: completed\n")
  const [node] = JSON.parse((await graph(place, "recent", "--json")).stdout) as readonly GraphNode[]
  const shown = await graph(place, "show", node?.id ?? "")
  const moment = /the moment +loom (replay \S+ --at \d+)\n/.exec(shown.stdout)?.[1] ?? ""
  expect((await loom(place, moment.split(" "))).stdout).toContain("decision_log")
  const talk = await loom(place, [], { input: `/graph\n/graph search keep\n/graph ${node?.id.slice(-6)}\n/graph nowhere\n`, environment: { LOOM_MODEL: model } })
  expect(text(talk)).toContain("ID goal make a file  · 1 action, completed\n└─ ID decision Keep a.txt\n")
  expect(text(talk)).toMatch(/\nID decision Keep a\.txt\n[\s\S]*decision Keep a\.txt\n {2}id +WHOLE-ID\n[\s\S]*nothing here has all of: nowhere\n/)
  const elsewhere = makePlace()
  expect((await loom({ ...elsewhere, environment: place.environment }, ["graph", "--all"])).stdout).toBe("")
}, 60_000)

test("git history proposes a graph, the same each time; it is taken in only when it is said (GRAPH-56)", async () => {
  const place = makePlace()
  for (const [index, subject] of ["cli: one", "cli: two instead of one"].entries()) {
    const at = `${Math.floor(Date.now() / 1000) + 60 * (index + 1)} +0000`
    execFileSync("git", ["-C", place.root, "commit", "--quiet", "--allow-empty", "--message", subject], { env: { ...process.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at } })
  }
  const proposed = await graph(place, "archaeology")
  expect([text(proposed), proposed.stderr]).toEqual([
    "ID goal everything else  from git history\n└─ ID action first  from git history\nID goal cli  from git history\n├─ ID action cli: one  from git history\n└─ ID decision cli: two instead of one  from git history\n",
    "5 nodes of git history; nothing is written: --apply takes them in\n"
  ])
  expect((await exported(place)).nodes).toEqual([])
  expect((await graph(place, "archaeology", "--apply")).stdout).toMatch(/^5 nodes and 3 edges added from git history; /)
  expect((await graph(place, "archaeology", "--apply")).stdout).toMatch(/^0 nodes and 0 edges added from git history; /)
}, 60_000)

test("two branches change the team's file: git merges it by the driver, both ways to the same bytes, and nothing is lost (GRAPH-54, GRAPH-55)", async () => {
  const place = makePlace()
  const git = (...words: readonly string[]): string => execFileSync("git", ["-C", place.root, ...words], { encoding: "utf8" })
  const shared = (): string => readFileSync(join(place.root, ".loom", "graph.json"), "utf8")
  const another = (name: string): Place => ({ ...place, environment: { ...place.environment, LOOM_HOME: join(place.home, name), HOME: join(place.home, name) } })
  const [ann, bob, cyd] = [another("ann"), another("bob"), another("cyd")]
  const commit = (message: string): string => (git("add", "--all"), git("commit", "--quiet", "--message", message), git("rev-parse", "HEAD").trim())
  const goal = await added(ann, "goal", "Ship it")
  const first = await graph(ann, "share")
  expect([first.stdout, first.stderr]).toEqual([
    expect.stringMatching(/^1 node and 0 edges are in \.loom\/graph\.json, \d+ bytes; commit /),
    expect.stringMatching(
      /tell git once on each machine: git config --global merge\.loom-graph\.driver 'loom graph merge-driver %O %A %B'\n$/
    )
  ])
  commit("share the graph")
  git("config", "merge.loom-graph.driver", `'${process.execPath}' '${LOOM}' graph merge-driver %O %A %B`)

  git("checkout", "--quiet", "-b", "bob")
  expect((await graph(bob, "import")).stdout).toBe("1 node added\n")
  await graph(bob, "add", "decision", "By hand", "--from", goal)
  await graph(bob, "set", goal, "confidence=90")
  await graph(bob, "share")
  const theirs = commit("bob decides")
  git("checkout", "--quiet", "main")
  await graph(ann, "add", "decision", "By robot", "--from", goal)
  await graph(ann, "set", goal, "description=soon")
  expect((await graph(ann, "share")).stderr).toBe("")
  const ours = commit("ann decides")

  git("merge", "--quiet", "--no-edit", theirs)
  const merged = shared()
  git("checkout", "--quiet", "--detach", theirs)
  git("merge", "--quiet", "--no-edit", ours)
  expect(shared()).toBe(merged)
  expect((await graph(cyd, "import")).stdout).toBe("3 nodes added, 2 edges added\n")
  expect((await exported(cyd)).nodes.map(({ title, confidence, description }) => [title, confidence, description]).sort()).toEqual([
    ["By hand", null, ""],
    ["By robot", null, ""],
    ["Ship it", 90, "soon"]
  ])
  expect((await graph(cyd, "import")).stdout).toBe("nothing in it is new\n")
  mkdirSync(join(place.root, "deep"))
  expect((await loom(cyd, ["-C", "deep", "graph", "share"])).stdout).toMatch(/^3 nodes and 2 edges are in \.\.\/\.loom\/graph\.json, .*; commit \.\.\/\.loom\/graph\.json and /)
  expect(readdirSync(join(place.root, "deep"))).toEqual([])

  writeFileSync(join(place.root, "torn.json"), "<<<<<<< ours\n")
  writeFileSync(join(place.root, "sound.json"), merged)
  const refused = await graph(cyd, "merge-driver", "torn.json", "sound.json", "sound.json")
  expect([refused.code, refused.stderr, readFileSync(join(place.root, "sound.json"), "utf8") === merged]).toEqual([
    1,
    expect.stringMatching(
      /^merge the decision graph: read .*torn\.json: it holds the marks of an unfinished merge; .*; it is left as a conflict\n$/
    ),
    true
  ])
}, 90_000)

test("what recorded itself and what looks like a key stays at home (GRAPH-54)", async () => {
  const place = makePlace()
  await loom(place, ["-p", "hello", "--model", place.script(says("hi"))])
  await added(place, "goal", "Ship it")
  expect((await graph(place, "share")).stdout).toMatch(/^1 node and 0 edges are in /)
  expect((await exported(place)).nodes.length).toBe(3)
  const key = `ghp_${"k3J9xQ2mV7bT4nR8wY6pL1sD5fG0hZcUaEoI".slice(0, 36)}`
  const decision = await added(place, "decision", "use", key)
  const refused = await graph(place, "share")
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(
      /^share the graph: the decision \w+ holds what looks like a GitHub token; change it with `loom graph set` first\n$/
    )
  ])
  await graph(place, "set", decision, "title=use what is in the vault")
  const goal = (await exported(place)).nodes.find(({ title }) => title === "Ship it")?.id as string
  await graph(place, "link", goal, decision, "--reason", `it opens with ${key}`)
  const again = await graph(place, "share")
  expect([again.code, again.stderr]).toEqual([
    1,
    `share the graph: the reason of the edge ${goal} leads_to ${decision} holds what looks like a GitHub token; take it away with \`loom graph unlink --type leads_to\` and link them again\n`
  ])
}, 60_000)
