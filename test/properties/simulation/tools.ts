import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { askUser } from "../../../src/effects/tools/ask-user.ts"
import { problem } from "../../../src/effects/os/problem.ts"
import { told, type Tool, type ToolContext, type ToolOutcome } from "../../../src/effects/tools/tool.ts"

/** What a simulated call tells the world. */
export interface Bench {
  /** `token` tells one call that the model made from all others; `changes`: whether it may change something. */
  readonly started: (token: string, changes: boolean, marker: string) => void
  readonly ended: (marker: string, token: string) => void
  readonly happened: (what: string) => void
}

const Input = Schema.Struct({
  token: Schema.String,
  path: Schema.optionalKey(Schema.String),
  command: Schema.optionalKey(Schema.String),
  takesMs: Schema.optionalKey(Schema.Number),
  prints: Schema.optionalKey(Schema.Number),
  ends: Schema.optionalKey(Schema.Literals(["well", "badly", "fails", "breaks", "never"]))
})
type Input = typeof Input.Type

/** Tools that do what their arguments say; so what a model asks for is also what becomes of it. */
export const simulatedTools = (bench: Bench): readonly Tool[] => [
  toolOf(bench, {
    name: "peek",
    access: "reads",
    facts: ({ path = "src/a.ts" }) => ({ changes: false, paths: [{ path, access: "read", inside: true }] })
  }),
  toolOf(bench, {
    name: "poke",
    access: "writes",
    facts: ({ path = "src/a.ts" }) => ({ changes: true, paths: [{ path, access: "write", inside: true }] })
  }),
  toolOf(bench, {
    name: "shell",
    access: "executes",
    facts: ({ command = "make" }) => ({
      changes: !command.startsWith("ls"),
      commands: command === "" ? "unparsed" : [{ text: command, reads: command.startsWith("ls") }]
    })
  }),
  toolOf(bench, { name: "fetch", access: "reads", facts: () => ({ changes: false, hosts: ["example.com"] }) }),
  askUser
]

const toolOf = (bench: Bench, { name, access, facts }: Pick<Tool<Input>, "name" | "access"> & { readonly facts: (input: Input) => ReturnType<Tool<Input>["facts"]> }): Tool => {
  const tool: Tool<Input> = {
    name,
    access,
    summary: name,
    description: name,
    input: Input,
    idempotent: access === "reads",
    limits: "",
    facts,
    run: (input, context) => {
      const { changes } = facts(input)
      return Effect.suspend(() => {
        bench.started(input.token, changes, context.marker)
        return Effect.onInterrupt(work(bench, name, input, context), () => Effect.sync(() => bench.happened("a tool is interrupted")))
      }).pipe(Effect.ensuring(Effect.sync(() => bench.ended(context.marker, input.token))))
    }
  }
  return tool as Tool
}

const work = Effect.fnUntraced(function*(bench: Bench, name: string, { takesMs = 0, prints = 0, ends = "well", token }: Input, { hear, blobs }: ToolContext) {
  for (let line = 0; line < prints; line++) {
    hear(line % 3 === 2 ? "stderr" : "stdout", Buffer.from(`${name} ${token} line ${line}\n`))
    yield* Effect.sleep(takesMs / prints)
  }
  if (prints === 0 && takesMs > 0) yield* Effect.sleep(takesMs)
  if (ends !== "well") bench.happened(`a tool ${TOLD[ends]}`)
  switch (ends) {
    case "well":
      return told(`${name} ${token} is done`)
    case "badly": {
      const blob = yield* blobs.put(Buffer.from(`all of ${token}`))
      return { status: "error", parts: [{ type: "text", text: `${name} ${token} ended badly` }], blob } satisfies ToolOutcome
    }
    case "fails":
      return yield* Effect.fail(problem(`${name}: ${token} could not`))
    case "breaks":
      return yield* Effect.die(new Error(`${name} broke`))
    case "never":
      return yield* Effect.never
  }
})

const TOLD = { badly: "ends badly", fails: "fails", breaks: "breaks", never: "never ends" } as const
