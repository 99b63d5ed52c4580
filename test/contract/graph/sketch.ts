import * as Effect from "effect/Effect"
import type { ProjectGraph } from "../../../src/effects/graph/graph.ts"

/** Tries one promise in a graph of its own, at time 0. */
export type Promised = (words: string, use: (graph: ProjectGraph) => Effect.Effect<unknown, unknown>) => void

type Ids<T extends readonly string[]> = { readonly [K in keyof T]: string }

/** A node for each title, each a millisecond younger. */
export const named = <const T extends readonly string[]>(graph: ProjectGraph, titles: T): Effect.Effect<Ids<T>, unknown> =>
  Effect.map(Effect.forEach(titles, (title, at) => graph.add({ kind: "action", title, at })), (added) => added.map(({ node }) => node.id) as unknown as Ids<T>)

/** Each leads to the next. */
export const chain = (graph: ProjectGraph, ids: readonly string[]): Effect.Effect<unknown, unknown> =>
  Effect.forEach(ids.slice(1), (to, at) => graph.link({ from: ids[at]!, to, type: "leads_to" }))
