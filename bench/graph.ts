import { hash } from "node:crypto"
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Graph, layerGraphSql, type ProjectGraph } from "../src/effects/graph/graph.ts"
import { graphText, readGraph } from "../src/effects/graph/graph-text.ts"
import type { GraphContent } from "../src/effects/graph/node.ts"
import { layer as layerSqlite } from "../src/effects/os/sqlite.ts"
import { longStory } from "./graph-story.ts"
import { bestRatioOf, FULL, timed, timedAsync, type Figure, type Measure, type Size } from "./measure.ts"
import { runTimed } from "./process.ts"

/** The decision graph: what does not grow with it, and what its operations take when it is large. */

const NODES = 100_000
const FEW_NODES = 1000
/** What any operation may take, and what a turn's recall may. Units: ms. */
const OPERATION_MS = 200
const RECALL_MS = 20

export const graph: Measure = (size) =>
  inFolder(async (folder) => {
    const few = longStory(size.count(FEW_NODES), Date.now())
    const many = longStory(size.count(NODES), Date.now())
    return withGraph(join(folder, "few.db"), few, (small) =>
      withGraph(join(folder, "many.db"), many, async (large) => {
        const { ratio, floor, measured } = await bestRatioOf(size.rounds(9), () => timedRun(recall(large)), () => timedRun(recall(small)))
        const what = `what a turn is told (goals, decisions, attempts, timeline) from ${many.nodes.length} nodes and ${many.edges.length} edges, against ${few.nodes.length}`
        return [
          { name: "graph", ratio, floor, unit: "ms", limit: 3, what },
          of("recall", measured, RECALL_MS),
          ...(await operations(large, many, size)),
          ...(await wholes(large, folder, size)),
          ...(size === FULL ? await commands(folder, size) : [])
        ]
      })
    )
  })

/** What stands before a model at the beginning of a turn. */
const recall = (of: ProjectGraph) => Effect.all([of.activeGoals(10), of.recentDecisions(5), of.priorAttempts(5), of.timeline(null, 20)])

const of = (name: string, ms: number, limitMs: number): Figure => ({
  name: `· ${name}`,
  ratio: ms / limitMs,
  floor: limitMs,
  unit: "ms",
  limit: 1,
  what: `${ms.toFixed(1)} ms, the best of some, against ${limitMs} ms`,
  aside: true
})

/** Each the best of some; those that write do it somewhere else each time. */
const operations = async (large: ProjectGraph, { nodes, edges }: GraphContent, size: Size): Promise<readonly Figure[]> => {
  let turn = 0
  const node = (place: number) => nodes[Math.floor(place) % nodes.length]!
  const at = (part: number): string => node(nodes.length * part + (turn % 7)).id
  const decisions = nodes.filter(({ kind, status }) => kind === "decision" && status === "active")
  const runs: Readonly<Record<string, () => Effect.Effect<unknown, unknown>>> = {
    get: () => large.get(at(0.5)),
    named: () => large.named(at(0.5)),
    "search, a rare word": () => large.search(`number${Math.floor(nodes.length / 2)}`),
    "search, a word of every fifth": () => large.search("cache"),
    "search, a letter": () => large.search("n"),
    "walk down": () => large.walk(at(0.5), "down"),
    "walk up": () => large.walk(at(0.5), "up"),
    path: () => large.path(at(0), at(0.99)),
    pulse: () => large.pulse,
    add: () => large.add({ kind: "observation", title: "seen" }, [{ from: at(0.5), type: "leads_to" }]),
    update: () => large.update(at(0.3), { confidence: turn % 2 === 0 ? 10 : 90 }),
    link: () => large.link({ from: at(0.2 + (turn % 40) / 100), to: at(0.7), type: "chosen" }),
    "link, refused for a cycle": () => Effect.flip(large.link({ from: at(0.99), to: at(0), type: "blocks" })),
    unlink: () => large.unlink(edges[Math.floor(edges.length / 2) + turn]!),
    pivot: () => large.pivot({ old: decisions[(Math.floor(decisions.length / 2) + turn) % decisions.length]!.id, observation: "seen", decision: "anew" }),
    remove: () => large.remove(node(nodes.length / 2 + 10 * turn).id)
  }
  const figures: Figure[] = []
  for (const [name, run] of Object.entries(runs)) {
    const took: number[] = []
    for (let round = 0; round < size.rounds(7); round++, turn++) took.push(await timedRun(Effect.ignore(run())))
    figures.push(of(name, Math.min(...took), OPERATION_MS))
  }
  return figures
}

/** What reads or writes all of the graph takes as long as the graph is large: each against what the database or JSON needs for the same alone. */
const wholes = async (large: ProjectGraph, folder: string, size: Size): Promise<readonly Figure[]> => {
  const rounds = size.rounds(3)
  const { content: all, changes } = await Effect.runPromise(large.bare)
  const text = graphText(all)
  const key = hash("sha256", text, "hex")
  const database = new DatabaseSync(join(folder, "many.db"))
  const rows = () => ROWS.map((table) => database.prepare(`SELECT * FROM ${table}`, { returnArrays: true }).all() as unknown as readonly SQLInputValue[][])
  const megabytes = `${(text.length / 1e6).toFixed(0)} MB`
  const figures = [
    await wholeOf(
      "content",
      4,
      `all of it, against a plain SELECT of all rows`,
      rounds,
      () => timedRun(large.bare),
      async () => timed(rows)
    ),
    await wholeOf(
      "graph.json, written",
      2,
      `its ${megabytes}, against JSON.stringify of the same`,
      rounds,
      async () => timed(() => graphText(all)),
      async () => timed(() => JSON.stringify(all))
    ),
    await wholeOf(
      "graph.json, read",
      8,
      "checked line by line, an SHA-256 for each edge, against JSON.parse",
      rounds,
      async () => timed(() => readGraph(text, "graph.json")),
      async () => timed(() => JSON.parse(text))
    ),
    await wholeOf(
      "import, nothing new",
      5,
      "a text that is not known and brings nothing, against a plain SELECT of all rows",
      rounds,
      () => timedRun(large.import(all)),
      async () => timed(rows)
    ),
    await wholeOf(
      "import, known text",
      2,
      "against the SHA-256 of it",
      rounds,
      () => timedAsync(() => Effect.runPromise(large.importText(hash("sha256", text, "hex"), refused))),
      async () => timed(() => hash("sha256", text, "hex")),
      () =>
        Effect.runPromise(
          large.keepWritten({
            file: "/bench/graph.json",
            part: "all",
            changes,
            hash: key,
            bytes: text.length,
            nodes: all.nodes.length,
            edges: all.edges.length
          })
        )
    ),
    await wholeOf(
      "import, all new",
      3,
      "into an empty graph, against inserting the same rows with the same indexes in one transaction",
      1,
      () => imported(join(folder, `new-${Math.random()}.db`), all),
      async () => inserted(join(folder, `plain-${Math.random()}.db`), database, rows())
    )
  ]
  database.close()
  return figures
}

const ROWS = ["graph_nodes", "graph_edges"]

const refused = (): never => {
  throw new Error("a text that is known is not read")
}

const wholeOf = async (
  name: string,
  limit: number,
  what: string,
  rounds: number,
  measured: () => Promise<number>,
  floor: () => Promise<number>,
  first: () => Promise<unknown> = async () => {}
): Promise<Figure> => {
  await first()
  const best = await bestRatioOf(rounds, measured, floor)
  return { name: `· ${name}`, ratio: best.ratio, floor: best.floor, unit: "ms", limit, what: `${best.measured.toFixed(0)} ms: ${what}`, aside: true }
}

const imported = (file: string, all: GraphContent): Promise<number> => withGraph(file, { ...all, nodes: [], edges: [] }, (graph) => timedRun(graph.import(all)))

/** The tables and indexes as they are, the words searchable, and nothing that is worked out. */
const inserted = (file: string, from: DatabaseSync, rows: readonly (readonly SQLInputValue[][])[]): number => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -131072")
  const made = from
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name LIKE 'graph_%' AND name NOT LIKE 'graph_words_%' OR name = 'graph_words_in' ORDER BY type = 'trigger', type = 'index'"
    )
    .all()
  for (const { sql } of made) if (!/^CREATE TRIGGER (?!graph_words_in)/.test(String(sql))) database.exec(String(sql))
  const took = timed(() => {
    database.exec("BEGIN IMMEDIATE")
    for (const [at, table] of ROWS.entries()) {
      const statement = database.prepare(`INSERT INTO ${table} VALUES (${rows[at]![0]!.map(() => "?").join(", ")})`)
      for (const row of rows[at]!) statement.run(...row)
    }
    database.exec("COMMIT")
  })
  database.close()
  return took
}

/** Whole commands as a person types them, without what `loom --version` takes. */
const commands = async (folder: string, size: Size): Promise<readonly Figure[]> => {
  const started = (words: readonly string[]) => ({
    file: process.execPath,
    words: [LOOM, ...words],
    cwd: folder,
    environment: { PATH: process.env["PATH"] ?? "", HOME: folder, LOOM_HOME: join(folder, "home"), LOOM_DB: join(folder, "many.db") }
  })
  const best = async (words: readonly string[]): Promise<number> => {
    const took: number[] = []
    for (let round = 0; round < size.rounds(5); round++) took.push((await runTimed(started(words))).wallMs)
    return Math.min(...took)
  }
  const bareMs = await best(["--version"])
  const figures: Figure[] = []
  for (const words of COMMANDS) {
    // What it has to do once, it has done then.
    await runTimed(started(words))
    figures.push(of(`loom ${words.join(" ")}`, Math.max(0.1, (await best(words)) - bareMs), OPERATION_MS))
  }
  return figures
}

const LOOM = fileURLToPath(new URL("../bin/loom.js", import.meta.url))
const COMMANDS = [
  "graph",
  "graph --format json",
  "graph --format dot",
  "graph --format svg",
  "graph writeup",
  "graph pulse",
  "graph search cache",
  "graph export --to all.json",
  "graph import all.json",
  "graph share"
].map((line) => line.split(" "))

const timedRun = (run: Effect.Effect<unknown, unknown>): Promise<number> => timedAsync(() => Effect.runPromise(run))

/** The project is the folder of its database. */
const withGraph = <A>(file: string, content: GraphContent, use: (graph: ProjectGraph) => Promise<A>): Promise<A> =>
  Effect.runPromise(
    Effect.gen(function*() {
      const made = (yield* Graph).of(dirname(file))
      yield* made.import(content)
      return yield* Effect.promise(() => use(made))
    }).pipe(Effect.provide(Layer.provide(layerGraphSql, layerSqlite({ file }))), Effect.scoped)
  )

const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-bench-graph-")))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
