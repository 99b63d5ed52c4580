import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import { fieldEdit, type Edits, type FieldEdit } from "../../runtime/replay/edits.ts"
import type { ForkWish } from "../../runtime/replay/fork.ts"
import { forkLines } from "../view/fork-lines.ts"
import { printer } from "../view/printer.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation } from "./invocation.ts"
import { fileOrId } from "./log-word.ts"
import { appOf } from "./open.ts"

/** Begins a session that goes on from an event of another one: its id on stdout, and how to go on with it beside. */
export const fork: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words, cwd } = invocation
  const wish = wishOf(invocation)
  if (typeof wish === "string") return yield* usageError(wish)
  const app = yield* appOf(invocation)
  const forked = yield* app.fork(wish, yield* fileOrId(app, cwd, words[0] as string))
  output.out(flags.json === true ? `${JSON.stringify(forked)}\n` : `${forked.session}\n`)
  if (!output.quiet) printer(output.err, output.errLook).show(forkLines(forked))
  return EXIT.done
})

const wishOf = ({ flags, cwd }: Invocation): ForkWish | string => {
  const n = flags.at === undefined ? null : eventNumber("at", String(flags.at))
  if (typeof n === "string") return n
  const edits = editsOf(many(flags.set), many(flags.drop))
  if (typeof edits === "string") return edits
  return { n, into: typeof flags.in === "string" ? resolve(cwd, flags.in) : null, edits, model: typeof flags.model === "string" ? flags.model : null }
}

const many = (given: unknown): readonly string[] => (Array.isArray(given) ? (given as readonly string[]) : [])

const eventNumber = (flag: string, text: string): number | string =>
  /^[1-9]\d*$/.test(text) ? Number(text) : `--${flag} ${text}: it is no number of an event; \`loom replay LOG\` shows them`

const editsOf = (sets: readonly string[], drops: readonly string[]): Edits | string => {
  const edits = sets.map(fieldEdit)
  const numbers = drops.map((text) => eventNumber("drop", text))
  const wrong = [...edits, ...numbers].find((one) => typeof one === "string")
  return typeof wrong === "string" ? wrong : { sets: edits as readonly FieldEdit[], drops: numbers as readonly number[] }
}
