import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { LogError } from "../../../runtime/event-log/event-log.ts"
import { unwritten } from "../../../runtime/event-log/log-error.ts"
import type { GraphNode, Problem, ProjectGraph } from "../../../runtime/graph.ts"
import type { Drawn } from "../../view/graph/walk.ts"
import { printer } from "../../view/printer.ts"
import type { Shown } from "../../view/shown.ts"
import { oneLine } from "../../view/visible.ts"
import { EXIT, type ExitCode } from "../exit-code.ts"
import { usageError, type Invocation, type Trouble } from "../invocation.ts"
import type { GraphFormat } from "./words.ts"

/** What the subcommands have at hand. */
export interface Desk {
  readonly invocation: Invocation
  readonly graph: ProjectGraph
  readonly words: readonly string[]
  readonly format: GraphFormat
}

export type Ending = Effect.Effect<ExitCode, Trouble, Scope.Scope>

/** What the graph could not do, as a trouble of the command line. */
export const orTrouble = <A,>(effect: Effect.Effect<A, Problem>): Effect.Effect<A, LogError> =>
  Effect.mapError(effect, ({ message }) => new LogError({ reason: "failed", message }))

/** The node a word means. Errors: none, or several. */
export const nodeNamed = ({ graph }: Pick<Desk, "graph">, word: string): Effect.Effect<GraphNode, Trouble> =>
  Effect.mapError(graph.named(word), ({ message }) => usageError(message))

/** Says lines, or a value as JSON. */
export const tell = (
  { invocation: { output }, format }: Pick<Desk, "invocation" | "format">,
  value: unknown,
  lines: () => readonly Shown[]
): ExitCode => {
  if (format === "json") output.out(`${JSON.stringify(value, null, 2)}\n`)
  else printer(output.out, output.outLook).show(lines())
  return EXIT.done
}

/** Says a graph in the format that is asked for, on stdout or into the file of `--to`. */
export const tellGraph = (desk: Pick<Desk, "invocation" | "format">, drawn: Drawn, lines: () => readonly Shown[]): Ending => {
  switch (desk.format) {
    case "text":
    case "json":
      return desk.format === "text"
        ? Effect.sync(() => tell(desk, drawn, lines))
        : write(desk, `${JSON.stringify({ nodes: drawn.nodes, edges: drawn.edges }, null, 2)}\n`)
    case "dot":
      return Effect.flatMap(Effect.promise(() => import("../../view/graph/dot.ts")), ({ dotOf }) => write(desk, dotOf(drawn)))
    case "svg":
      if (drawn.nodes.length > DRAWN_MAX)
        return Effect.fail(
          usageError(
            `draw ${drawn.nodes.length} nodes: a picture of more than ${DRAWN_MAX} is not readable; name one, \`loom graph tree ID --format svg\``
          )
        )
      return Effect.flatMap(
        Effect.promise(() => import("../../view/graph/svg.ts")),
        ({ svgOf }) => write(desk, svgOf(drawn))
      )
  }
}

const DRAWN_MAX = 600

/** Writes to stdout, or into the file of `--to`. */
export const write = ({ invocation: { output, flags, cwd } }: Pick<Desk, "invocation">, text: string): Ending => {
  if (typeof flags.to !== "string") return Effect.sync(() => (output.out(text), EXIT.done))
  const file = resolve(cwd, flags.to)
  return Effect.try({ try: () => writeFileSync(file, text), catch: (cause) => unwritten(`write ${file}`, file, cause) }).pipe(
    Effect.map(() => {
      if (!output.quiet) output.err(`written to ${oneLine(file)}\n`)
      return EXIT.done
    })
  )
}

/** A remark beside the answer. */
export const remark = ({ output }: Invocation, words: string): void => {
  if (!output.quiet) output.err(`${oneLine(words)}\n`)
}

