import { hash } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readGraph } from "../effects/graph/graph-text.ts"
import type { Imported, ProjectGraph } from "../effects/graph/project-graph.ts"
import { attempt, type Problem } from "../effects/os/problem.ts"
import { SHARED, sharedFile } from "./shared-file.ts"

/** A file that was changed so lately may change once more and look the same. Units: ms. */
const SETTLED_MS = 2_000

/**
 * Takes in what others wrote into the team's file, as a pull brings it, where the workspace is trusted; else only says that there is something. Gives back what is
 * to be said of it, once; `null` where nothing is new. A file that looks as it did is not read, one whose text was seen is not parsed.
 */
export const takeShared = Effect.fnUntraced(function*(
  graph: ProjectGraph,
  folder: string,
  isTrusted: boolean
): Effect.fn.Return<string | null, Problem> {
  const found = yield* sharedFile(folder)
  if (found === null) return null
  const { file, changedMs } = found
  const mark = `${isTrusted ? "trusted" : "untrusted"} ${found.mark}`
  if ((yield* graph.looked(file)) === mark) return null
  const told = yield* Effect.catch(lookInto(graph, file, isTrusted), ({ message }) =>
    Effect.succeed(`${SHARED} was not taken into the decision graph: ${message}`)
  )
  const nowMs = yield* Clock.currentTimeMillis
  if (told !== null || nowMs - changedMs > SETTLED_MS) yield* graph.keepLooked(file, mark)
  return told
})

/** The same, told to the person; so is what stands in the way. */
export const tellShared = (graph: ProjectGraph, folder: string, isTrusted: boolean): Effect.Effect<void> =>
  Effect.matchEffect(takeShared(graph, folder, isTrusted), {
    onFailure: ({ message }) => Effect.logWarning(message),
    onSuccess: (words) => (words === null ? Effect.void : Effect.logInfo(words))
  })

const lookInto = Effect.fnUntraced(function*(graph: ProjectGraph, file: string, isTrusted: boolean): Effect.fn.Return<string | null, Problem> {
  const bytes = yield* attempt(`read ${file}`, () => readFileSync(file))
  const key = hash("sha256", bytes, "hex")
  if (yield* graph.holdsText(key)) return null
  if (!isTrusted)
    return `${SHARED} may hold decisions of others that are not in the graph here: \`loom graph import\` takes them in, and \`loom trust\` has it done whenever they change`
  const words = importedWords(yield* graph.importText(key, () => readGraph(bytes.toString("utf8"), file)))
  return words === null ? null : `taken into the decision graph from ${SHARED}: ${words}`
})

/** What an import changed; `null` where nothing was new. */
export const importedWords = ({ added, changed, removed, edgesAdded, edgesRemoved }: Imported): string | null => {
  const told = [
    counted(added, "node", "added"),
    counted(changed, "node", "changed"),
    counted(removed, "node", "removed"),
    counted(edgesAdded, "edge", "added"),
    counted(edgesRemoved, "edge", "removed")
  ].flat()
  return told.length === 0 ? null : told.join(", ")
}

const counted = (count: number, what: string, how: string): readonly string[] =>
  count === 0 ? [] : [`${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"} ${how}`]
