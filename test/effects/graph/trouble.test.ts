import { spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { expect, test } from "vitest"
import { longStory } from "../../../bench/graph-story.ts"
import { findingsOf } from "../../../src/effects/graph/findings.ts"
import { Graph, layerGraphSql, noGraph, type ProjectGraph } from "../../../src/effects/graph/graph.ts"
import { STALE_AFTER_MS } from "../../../src/effects/graph/pulse.ts"
import { FINDINGS } from "../../../src/effects/graph/store.ts"
import { standing } from "../../../src/effects/graph/standing.ts"
import { GRAPH_TABLES } from "../../../src/effects/graph/tables.ts"
import { migrate } from "../../../src/effects/os/migrate.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"

const directory = mkdtempSync(join(tmpdir(), "loom-graph-"))
let files = 0
const newFile = (): string => join(directory, `${++files}.db`)

const inFile = <A>(file: string, use: (graph: ProjectGraph, sql: SqlClient.SqlClient) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(
    Effect.gen(function*() {
      return yield* use((yield* Graph).of("/ws"), yield* SqlClient.SqlClient)
    }).pipe(Effect.provide(Layer.provideMerge(layerGraphSql, layerSqlite({ file, busyTimeoutMs: 20 }))), Effect.scoped)
  )

test(
  "two processes write to one graph: all of both is there, and no cycle, whoever was first (GRAPH-24)",
  { timeout: 60_000 },
  async () => {
    const file = newFile()
    const rounds = 60
    const script = fileURLToPath(new URL("./one-of-two.ts", import.meta.url))
    const ends = await Promise.all(
      ["a", "b"].map(
        (me) =>
          new Promise<string>((resolve) => {
            const child = spawn(process.execPath, [script, file, me, String(rounds)], { stdio: ["ignore", "pipe", "pipe"] })
            let said = ""
            child.stdout.on("data", (piece) => (said += piece))
            child.stderr.on("data", (piece) => (said += piece))
            child.on("close", () => resolve(said))
          })
      )
    )
    const linked = ends.flatMap((said) => JSON.parse(said) as readonly string[])
    const [content, unsound] = await inFile(file, (graph, sql) =>
      Effect.all([
        graph.content,
        sql`SELECT 1 FROM graph_edges e JOIN graph_nodes s ON s.key = e.source JOIN graph_nodes t ON t.key = e.target WHERE e.ordering = 1 AND s.rank >= t.rank`
      ])
    )
    expect(unsound).toEqual([])
    expect(content.nodes.map(({ id }) => id)).toEqual(
      [
        ...Array.from({ length: 8 }, (_, at) => `s${at}`),
        ...["a", "b"].flatMap((me) => Array.from({ length: rounds }, (_, at) => `${me}${at}`))
      ].sort()
    )
    expect(content.edges.filter(({ to }) => to.startsWith("s")).map(({ id }) => id)).toEqual(linked.toSorted())
    expect(content.edges.length).toBe(linked.length + 2 * rounds)
    expect(linked.length).toBeGreaterThan(10)
    expect(standing(new Set(content.nodes.map(({ id }) => id)), content.edges).aside).toEqual([])
  }
)

test("a write that finds the database held says so, loses nothing, and can be said again (GRAPH-24)", async () => {
  const file = newFile()
  await inFile(file, (graph) =>
    Effect.gen(function*() {
      yield* graph.add({ id: "a", kind: "goal", title: "a" })
      const before = yield* graph.content
      const other = new DatabaseSync(file)
      other.exec("BEGIN IMMEDIATE")
      const failed = yield* Effect.flip(graph.add({ id: "b", kind: "action", title: "b" }, [{ from: "a", type: "leads_to" }]))
      expect((failed as Error).message).toBe("add an action: another process holds the database; try again when it is done")
      expect(yield* graph.get("a")).toEqual(before.nodes[0])
      other.exec("COMMIT")
      other.close()
      expect(yield* graph.content).toEqual(before)
      yield* graph.add({ id: "b", kind: "action", title: "b" }, [{ from: "a", type: "leads_to" }])
      expect((yield* graph.content).edges).toHaveLength(1)
    }))
})

test("a write that the disk has no room for says so, and nothing of it is there (GRAPH-24)", async () => {
  await inFile(newFile(), (graph, sql) =>
    Effect.gen(function*() {
      yield* graph.add({ id: "a", kind: "goal", title: "a" })
      const before = yield* graph.content
      const [{ page_count: pages }] = (yield* sql.unsafe("PRAGMA page_count")) as unknown as readonly [{ readonly page_count: number }]
      yield* sql.unsafe(`PRAGMA max_page_count = ${pages + 2}`)
      const big = { kind: "observation" as const, title: "b", description: "words ".repeat(10_000) }
      const failed = yield* Effect.flip(graph.add({ id: "b", ...big }, [{ from: "a", type: "leads_to" }]))
      expect((failed as Error).message).toBe("add an observation: the disk is full; free some space and try again")
      expect(yield* graph.content).toEqual(before)
      yield* sql.unsafe("PRAGMA max_page_count = 100000")
      yield* graph.add({ id: "b", ...big }, [{ from: "a", type: "leads_to" }])
      expect((yield* graph.search("words")).length).toBe(1)
    }))
})

test("tables of a newer Loom are left alone, and said so; once they are gone the graph opens (GRAPH-24)", async () => {
  await inFile(newFile(), (graph, sql) =>
    Effect.gen(function*() {
      yield* sql`CREATE TABLE loom_rooms (room TEXT PRIMARY KEY, version INTEGER NOT NULL)`
      yield* sql`INSERT INTO loom_rooms VALUES ('graph', 99)`
      expect(((yield* Effect.flip(graph.content)) as Error).message).toContain("its graph is of version 99")
      yield* sql`DELETE FROM loom_rooms`
      expect((yield* graph.content).nodes).toEqual([])
    }))
})

test("a graph that an older Loom wrote opens with all that is kept beside it now (GRAPH-16, GRAPH-18)", async () => {
  // Before the fourth version nothing was kept beside nodes and edges.
  for (const version of [1, 2, 3]) {
    await inFile(newFile(), (graph, sql) =>
      Effect.gen(function*() {
        yield* migrate("graph", GRAPH_TABLES.slice(0, version)).pipe(Effect.provideService(SqlClient.SqlClient, sql))
        yield* sql`INSERT INTO graph_projects (key, path) VALUES (1, '/ws')`
        for (const [key, id, kind, confidence] of [[1, "d", "decision", 20], [2, "a", "action", null], [3, "o", "outcome", null], [4, "lone", "option", null]] as const) {
          yield* sql`INSERT INTO graph_nodes (key, project, id, kind, title, description, status, confidence, origin, files, created, changed, rank)
            VALUES (${key}, 1, ${id}, ${kind}, ${id}, '', 'active', ${confidence}, 'said', '[]', ${key}, ${key}, ${key * 65_536})`
        }
        for (const [key, source, target] of [[1, 1, 2], [2, 2, 3]] as const) {
          yield* sql`INSERT INTO graph_edges (key, project, id, source, target, type, ordering, reason, created) VALUES (${key}, 1, ${`e${key}`}, ${source}, ${target}, 'leads_to', 1, '', 1)`
        }
        const { found } = yield* graph.pulse
        expect(Object.entries(found).flatMap(([name, { nodes }]) => (name === "stale" ? [] : nodes.map(({ id }) => `${name} ${id}`)))).toEqual(["orphan lone", "low-confidence d"])
        expect((yield* graph.timeline(null)).map(({ id, uncertain }) => [id, uncertain])).toEqual([["lone", []], ["o", ["d"]], ["a", ["d"]], ["d", []]])
        yield* graph.unlink({ from: "a", to: "o", type: "leads_to" }).pipe(Effect.ignore)
        expect((yield* graph.remove("a")).edges.length).toBe(2)
        expect((yield* graph.pulse).found.orphan.nodes.map(({ id }) => id)).toEqual(["d", "o", "lone"])
      }))
  }
})

test("a graph that is gone under its reader is a sentence", async () => {
  await inFile(newFile(), (graph, sql) =>
    Effect.gen(function*() {
      yield* graph.add({ kind: "goal", title: "a" })
      yield* sql`DROP TABLE graph_edges`
      expect(((yield* Effect.flip(graph.walk("x", "down"))) as Error).message).toContain("there is no node x")
      expect(((yield* Effect.flip(graph.pulse)) as Error).message).toBe("take the graph's pulse: no such table: graph_edges")
    }))
})

test("where no graph is kept every operation says so", async () => {
  const graph = noGraph.of("/ws")
  const errors = await Effect.runPromise(Effect.all([Effect.flip(graph.add({ kind: "goal", title: "g" })), Effect.flip(graph.content), Effect.flip(graph.pulse)]))
  expect(errors.map(({ message }) => message)).toEqual(Array(3).fill("decision graph: none is kept here; go on without it"))
})

test("very many edges that come at once leave the tables as they would one by one, and the next one, too (GRAPH-18, GRAPH-19)", async () => {
  const story = longStory(800, Date.now())
  await inFile(newFile(), (graph, sql) =>
    Effect.gen(function*() {
      yield* graph.import(story)
      const wrong = sql`SELECT n.id FROM graph_nodes n WHERE degree <> (SELECT count(*) FROM graph_edges WHERE n.key IN (source, target))
        OR EXISTS (SELECT 1 FROM graph_edges e JOIN graph_nodes t ON t.key = e.target WHERE e.source = n.key AND e.ordering = 1 AND t.rank <= n.rank)`
      const isAsFound = Effect.gen(function*() {
        const { nodes, edges } = yield* graph.content
        const expected = findingsOf(nodes, edges, Date.now() - STALE_AFTER_MS)
        const { found } = yield* graph.pulse
        expect(Object.fromEntries(FINDINGS.map((name) => [name, found[name].count]))).toEqual(Object.fromEntries(FINDINGS.map((name) => [name, expected[name].length])))
        expect(yield* wrong).toEqual([])
      })
      yield* isAsFound
      const said = story.nodes.filter(({ origin, kind, status }) => origin === "said" && kind === "action" && status === "active")
      for (const { id } of said.slice(0, 5)) yield* graph.add({ kind: "outcome", title: "it came of it" }, [{ from: id, type: "leads_to" }])
      yield* Effect.forEach(story.edges.slice(0, 20), graph.unlink)
      yield* isAsFound
    }))
})

test("a database of a version before opens, and what it holds can be exported and imported (GRAPH-60)", async () => {
  const file = newFile()
  await Effect.runPromise(migrate("graph", GRAPH_TABLES.slice(0, -2)).pipe(Effect.provide(layerSqlite({ file })), Effect.scoped))
  const older = new DatabaseSync(file)
  older.exec(`INSERT INTO graph_projects (key, path) VALUES (1, '/ws');
    INSERT INTO graph_nodes (project, id, kind, title, description, status, origin, files, created, changed, rank) VALUES (1, 'a', 'goal', 'old', '', 'active', 'said', '[]', 1, 1, 0)`)
  older.close()
  const [before, after] = await inFile(file, (graph) =>
    Effect.gen(function*() {
      const bare = yield* graph.bare
      yield* graph.update("a", { title: "new" })
      return [bare, yield* graph.bare] as const
    }))
  expect([before.content.nodes.map(({ title }) => title), before.changes, after.changes]).toEqual([["old"], 0, 1])
})
