import * as Effect from "effect/Effect"
import { expect } from "vitest"
import type { NodeWish } from "../../../src/effects/graph/wish.ts"
import { chain, named, type Promised } from "./sketch.ts"

/** How a graph promises to be looked through. */
export const lookingPromises = (promised: Promised): void => {

  promised("a node is found by the beginning or the end of its id, where only one has it (GRAPH-8)", (graph) =>
    Effect.gen(function*() {
      for (const id of ["alpha-one", "alpha-two", "beta-one-two"]) yield* graph.add({ id, kind: "goal", title: id })
      const found = (word: string) => Effect.match(graph.named(word), { onSuccess: ({ id }) => id, onFailure: ({ message }) => message })
      expect(yield* found("beta")).toBe("beta-one-two")
      expect(yield* found("a-one")).toBe("alpha-one")
      expect(yield* found("alpha-two")).toBe("alpha-two")
      expect(yield* found("alpha")).toBe('find node alpha: several ids begin or end with it: alpha-one "alpha-one", alpha-two "alpha-two"; give more of it')
      expect(yield* found("bet")).toContain("no id is it")
      expect(yield* found("%%%%")).toContain("no id is it")
    }))

  promised("words are found wherever they begin, all of them; words in quotes as they stand (GRAPH-9)", (graph) =>
    Effect.gen(function*() {
      yield* graph.add({ kind: "decision", title: "use SQLite for storage", description: "one file, no server" })
      yield* graph.add({ kind: "option", title: "use Postgres", description: "a server; SQLite has no network" })
      yield* graph.add({ kind: "goal", title: "Größe zählen", description: "file-server" })
      const titles = (text: string, filter = {}) => Effect.map(graph.search(text, filter), (nodes) => nodes.map(({ title }) => title))
      expect(yield* titles("sqlite")).toEqual(["use SQLite for storage", "use Postgres"])
      expect((yield* titles("SERV")).length).toBe(3)
      expect(yield* titles("sto use")).toEqual(["use SQLite for storage"])
      expect(yield* titles('"no server"')).toEqual(["use SQLite for storage"])
      expect(yield* titles('"no serv"')).toEqual([])
      expect(yield* titles('"server no"')).toEqual([])
      expect(yield* titles("grosse")).toEqual([])
      expect(yield* titles("große ZAHL")).toEqual(["Größe zählen"])
      expect(yield* titles("file-serv")).toEqual(["Größe zählen"])
      expect(yield* titles("sqlite", { kinds: ["option"] })).toEqual(["use Postgres"])
      expect(yield* titles("sqlite", { statuses: ["abandoned"] })).toEqual([])
      expect(yield* titles("missing sqlite")).toEqual([])
    }))

  promised("whatever is searched for, nothing of it is a command (GRAPH-9)", (graph) =>
    Effect.gen(function*() {
      yield* graph.add({ kind: "goal", title: "AND OR NOT NEAR title", description: "a*b (c) {d} x:y ^z" })
      for (const text of [
        "",
        " ",
        '"',
        '""',
        '"""',
        "*",
        "title:",
        "AND",
        "a AND",
        "NEAR(a b)",
        "(",
        "{title}: a",
        "^a",
        "a*b",
        "-a",
        "'; DROP TABLE graph_nodes; --",
        "\0",
        "\ud800",
        "😀",
        '"a',
        'a"b"c',
        "%",
        "_"
      ]) {
        yield* graph.search(text)
      }
      for (const text of ["AND", "not", "near OR", "a*b", '"a b"', "x:y", "title", "^z", "(c)"]) expect((yield* graph.search(text)).length, text).toBe(1)
    }))

  promised("words that are no longer there are no longer found (GRAPH-9)", (graph) =>
    Effect.gen(function*() {
      const { node } = yield* graph.add({ kind: "goal", title: "before", description: "old" })
      yield* graph.update(node.id, { title: "after" })
      expect([(yield* graph.search("before")).length, (yield* graph.search("after")).length, (yield* graph.search("old")).length]).toEqual([0, 1, 1])
    }))

  promised("lists are of what they say, the newest first, no more than asked for (GRAPH-10)", (graph) =>
    Effect.gen(function*() {
      const add = (title: string, at: number, wish: Partial<NodeWish>) => graph.add({ kind: "goal", title, at, ...wish })
      yield* add("g1", 10, {})
      yield* add("g2", 30, {})
      yield* add("g0", 20, { status: "abandoned" })
      for (let at = 1; at <= 7; at++) yield* add(`d${at}`, 100 + at, { kind: "decision", session: at % 2 === 0 ? "even" : "odd" })
      yield* add("d8", 99, { kind: "decision", status: "superseded", commit: "c0ffee" })
      yield* add("r1", 98, { kind: "revisit" })
      const titles = (nodes: Effect.Effect<readonly { readonly title: string }[], unknown>) => Effect.map(nodes, (found) => found.map(({ title }) => title))
      expect(yield* titles(graph.activeGoals())).toEqual(["g2", "g1"])
      expect(yield* titles(graph.recentDecisions(5))).toEqual(["d7", "d6", "d5", "d4", "d3"])
      expect(yield* titles(graph.priorAttempts())).toEqual(["d8", "r1", "g0"])
      expect(yield* titles(graph.priorAttempts(1))).toEqual(["d8"])
      expect(yield* titles(graph.timeline("even", 2))).toEqual(["d6", "d4"])
      expect(yield* titles(graph.timeline(null, 3))).toEqual(["d7", "d6", "d5"])
      expect(yield* titles(graph.list({ commit: "c0ffee" }))).toEqual(["d8"])
      expect(yield* titles(graph.list({ kinds: ["goal", "revisit"], statuses: ["active", "abandoned"] }))).toEqual(["r1", "g2", "g0", "g1"])
      yield* add("a1", 200, { origin: "auto" })
      expect(yield* titles(graph.list({ auto: true }))).toEqual(["a1"])
      expect(yield* titles(graph.list({ kinds: ["goal"], statuses: ["active"], auto: false }))).toEqual(["g2", "g1"])
      expect(yield* titles(graph.activeGoals())).toEqual(["a1", "g2", "g1"])
    }))

  promised("a walk goes in breadth: a node's depth is the shortest way to it (GRAPH-11)", (graph) =>
    Effect.gen(function*() {
      const [a, b, c, d, e] = yield* named(graph, ["a", "b", "c", "d", "e"])
      yield* chain(graph, [a, b, c, d, e])
      yield* graph.link({ from: a, to: d, type: "chosen" })
      const walk = (id: string, way: "up" | "down", wish = {}) =>
        Effect.map(graph.walk(id, way, wish), ({ reached, isWhole }) => [...reached.map(({ node, depth, edge }) => `${node.title}${depth}${edge.type[0]}`), isWhole])
      expect(yield* walk(a, "down")).toEqual(["b1l", "d1c", "c2l", "e2l", true])
      expect(yield* walk(a, "down", { depthMax: 1 })).toEqual(["b1l", "d1c", true])
      expect(yield* walk(a, "down", { types: ["leads_to"] })).toEqual(["b1l", "c2l", "d3l", "e4l", true])
      expect(yield* walk(a, "down", { countMax: 3 })).toEqual(["b1l", "d1c", "c2l", false])
      expect(yield* walk(e, "up")).toEqual(["d1l", "a2c", "c2l", "b3l", true])
      expect((yield* Effect.flip(graph.walk("x", "up"))).message).toContain("there is no node x")
    }))

  promised("the path between two nodes is the shortest, with the arrows where there is one (GRAPH-12)", (graph) =>
    Effect.gen(function*() {
      const [a, b, c, d, e, f] = yield* named(graph, ["a", "b", "c", "d", "e", "f"])
      yield* chain(graph, [a, b, c, d])
      yield* graph.link({ from: a, to: c, type: "rejected" })
      yield* graph.link({ from: e, to: d, type: "enables" })
      const path = (from: string, to: string) =>
        Effect.map(graph.path(from, to), (found) =>
          found === null ? null : [found.along, found.nodes.map(({ title }) => title).join(""), found.edges.length]
        )
      expect(yield* path(a, d)).toEqual(["down", "acd", 2])
      expect(yield* path(d, a)).toEqual(["up", "dca", 2])
      expect(yield* path(e, a)).toEqual(["either", "edca", 3])
      expect(yield* path(a, a)).toEqual(["down", "a", 0])
      expect(yield* path(a, f)).toBe(null)
    }))
}
