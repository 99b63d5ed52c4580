import * as Effect from "effect/Effect"
import { UsageError, type Command } from "../invocation.ts"
import { appOf } from "../open.ts"
import { dig } from "./dig.ts"
import type { Desk, Ending } from "./desk.ts"
import { exportGraph, importGraph, mergeDriver, shareGraph } from "./exchange.ts"
import { goals, narrative, path, pulse, recent, search, show, tree, writeUp } from "./look.ts"
import { formatOf, graphWish, type Subcommand } from "./words.ts"
import { abandon, add, link, merge, pivot, remove, set, supersede, unlink } from "./write.ts"

/** Looks at the decision graph of this project, and writes into it. */
export const graph: Command = (invocation) => {
  const wish = graphWish(invocation)
  if (wish instanceof UsageError) return Effect.fail(wish)
  const { name, words } = wish
  const format = formatOf(invocation, name)
  if (format instanceof UsageError) return Effect.fail(format)
  // Git calls it with three files, wherever it is: it needs no database.
  if (name === "merge-driver") return mergeDriver(invocation, words)
  return Effect.gen(function*() {
    const app = yield* appOf(invocation)
    return yield* carryOut(name, {
      invocation,
      words,
      format,
      graph: yield* app.graph(invocation.cwd, { takesShared: name !== "import" && name !== "share" })
    })
  })
}

const carryOut = (name: Exclude<Subcommand, "merge-driver">, desk: Desk): Ending => {
  switch (name) {
    case "tree":
      return tree(desk)
    case "show":
      return show(desk)
    case "search":
      return search(desk)
    case "goals":
      return goals(desk)
    case "recent":
      return recent(desk)
    case "pulse":
      return pulse(desk)
    case "path":
      return path(desk)
    case "narrative":
      return narrative(desk)
    case "writeup":
      return writeUp(desk)
    case "add":
      return add(desk)
    case "set":
      return set(desk)
    case "link":
      return link(desk)
    case "unlink":
      return unlink(desk)
    case "pivot":
      return pivot(desk)
    case "supersede":
      return supersede(desk)
    case "abandon":
      return abandon(desk)
    case "merge":
      return merge(desk)
    case "remove":
      return remove(desk)
    case "archaeology":
      return dig(desk)
    case "export":
      return exportGraph(desk)
    case "import":
      return importGraph(desk)
    case "share":
      return shareGraph(desk)
  }
}
