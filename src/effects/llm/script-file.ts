import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Array as List, Finite, Int, Literals, optionalKey, Record as Dictionary, String as Text, Struct, Union, Unknown } from "effect/Schema"
import type { Script } from "./script.ts"

const block = Union([
  Struct({ type: Schema.Literal("text"), text: Text, repeat: optionalKey(Int) }),
  Struct({ type: Schema.Literal("thinking"), text: Text, signature: optionalKey(Text) }),
  Struct({ type: Schema.Literal("tool-call"), name: Text, arguments: Union([Text, Dictionary(Text, Unknown)]) })
])

const answer = Struct({
  when: optionalKey(Struct({ lastResultContains: optionalKey(Text), lastResultLacks: optionalKey(Text), wordsContain: optionalKey(Text) })),
  blocks: List(block),
  stop: optionalKey(Literals(["end", "tool-calls", "max-tokens", "refusal", "filter"])),
  chunkMs: optionalKey(Finite),
  chunkBytes: optionalKey(Int),
  times: optionalKey(Int),
  ifUnknown: optionalKey(Struct({ contains: optionalKey(Text), look: List(block), doneWhen: Text }))
})

/** The shape of a script, see `specs/models.md`. */
export const scriptSchema = Struct({
  chunkMs: optionalKey(Finite),
  chunkBytes: optionalKey(Int),
  answers: List(Union([answer, List(answer)])),
  otherwise: optionalKey(answer)
})

/** Reads a script from a JSON file. Errors: a string that says which file, and what is wrong with it. */
export const readScript = (path: string): Effect.Effect<Script, string> =>
  Effect.tryPromise({
    try: async () => Schema.decodeUnknownSync(scriptSchema, { onExcessProperty: "error" })(JSON.parse(await readFile(path, "utf8"))),
    catch: (error) => `read the script ${path}: ${error instanceof Error ? error.message : String(error)}`
  })
