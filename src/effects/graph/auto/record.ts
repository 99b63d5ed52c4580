import * as Effect from "effect/Effect"
import type { Problem } from "../../os/problem.ts"
import type { ProjectGraph } from "../graph.ts"
import type { BirthLink } from "../wish.ts"
import type { Job } from "./jobs.ts"

/** Writes one thing that was heard into the graph. What is there already stays as it is, so that it may be done again. */
export const record = Effect.fnUntraced(function*(graph: ProjectGraph, job: Job): Effect.fn.Return<void, Problem> {
  switch (job.type) {
    case "add": {
      // Somebody saw it, and took it away.
      if (yield* graph.isRemoved(job.wish.id)) return
      // Somebody may have removed what it would hang on.
      const links = yield* Effect.filter(job.links, (link) => Effect.map(graph.get(otherEnd(link)), (node) => node !== null))
      return yield* Effect.asVoid(graph.add(job.wish, links))
    }
    case "update":
      return (yield* graph.get(job.id)) === null ? undefined : yield* Effect.asVoid(graph.update(job.id, job.change))
  }
})

const otherEnd = (link: BirthLink): string => ("from" in link ? link.from : link.to)
