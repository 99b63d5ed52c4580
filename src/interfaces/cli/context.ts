import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Problem } from "../../runtime/kept-history.ts"
import { LogError } from "../../runtime/event-log/event-log.ts"
import { stateOf } from "../../runtime/replay/state.ts"
import { windowReport } from "../../runtime/window-zones.ts"
import { contextLines, keeperLines } from "../view/context-lines.ts"
import { gatheringLines } from "../view/gathering-lines.ts"
import { plural } from "../view/money.ts"
import { printer } from "../view/printer.ts"
import { fitted, span, whole, wholeLines, type Shown } from "../view/shown.ts"
import { harmless, oneLine } from "../view/visible.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type Trouble } from "./invocation.ts"
import { appOf, type App } from "./open.ts"

type Ending = Effect.Effect<ExitCode, Trouble, Scope.Scope>

/** Says what the window of a session holds and why; `search` finds what left any window of this project, `read` shows it. */
export const context: Command = (invocation) => {
  const [first, ...rest] = invocation.words
  if (first === "search")
    return rest.length === 0
      ? Effect.fail(usageError("loom context search: give the words to look for"))
      : search(invocation, rest.join(" "))
  if (first === "read")
    return rest.length === 0
      ? Effect.fail(usageError("loom context read: name a keeper, or a message as SESSION#NUMBER; `loom context search WORDS` finds them"))
      : read(invocation, rest)
  if (invocation.flags.next === true && rest.length === 0) return tellNext(invocation, first ?? null)
  return rest.length === 0
    ? tell(invocation, first ?? null)
    : Effect.fail(
        usageError("loom context: write `loom context [--next] [ID]`, `loom context search WORDS` or `loom context read KEEPER…`")
      )
}

const tell = (invocation: Invocation, word: string | null): Ending =>
  Effect.gen(function*() {
    const { flags, output, cwd } = invocation
    const app = yield* appOf(invocation)
    const found = word === null ? (yield* app.sessions.list(cwd))[0] : yield* app.sessions.find(word)
    if (found === undefined)
      return yield* usageError(
        `loom context: no session was held in ${cwd} yet; name one of another folder, \`loom sessions --all\` lists them`
      )
    const { session } = yield* stateOf(app.log, found.id)
    const report = windowReport(session, app.settings.zones)
    const keepers = yield* orLogError(app.kept.spans(session.opened.roots[0] ?? "", found.id))
    if (flags.json === true) output.out(`${JSON.stringify({ ...report, keepers }, null, 2)}\n`)
    else
      printer(output.out, output.outLook).show([
        fitted(span("strong", found.id), span("dim", `  ${oneLine(found.title)}`)),
        ...contextLines(report),
        ...keeperLines(keepers)
      ])
    return EXIT.done
  })

/** What the next turn would gather: of the session that is named, the newest of this folder, or else of a new one. */
const tellNext = (invocation: Invocation, word: string | null): Ending =>
  Effect.gen(function*() {
    const { flags, output, cwd } = invocation
    const app = yield* appOf(invocation)
    const session = (word === null ? (yield* app.sessions.list(cwd))[0] : yield* app.sessions.find(word))?.id ?? null
    const next = yield* app.sessions.gatherNext(session === null ? null : yield* stateOf(app.log, session), app.settings)
    if (flags.json === true) output.out(`${JSON.stringify({ session, ...next }, null, 2)}\n`)
    else printer(output.out, output.outLook).show(gatheringLines(session, next))
    return EXIT.done
  })

/** As many as fit a screen or two; who wants more gives more words. */
const HITS_MAX = 20

const search = (invocation: Invocation, words: string): Ending =>
  Effect.gen(function*() {
    const { flags, output, cwd } = invocation
    const app = yield* appOf(invocation)
    const { hits, notes } = yield* orLogError(app.kept.search(cwd, words, HITS_MAX, null))
    if (flags.json === true) output.out(`${JSON.stringify(hits, null, 2)}\n`)
    else printer(output.out, output.outLook).show(hits.flatMap(hitLines))
    if (!output.quiet) {
      for (const note of notes) output.err(`${harmless(note)}\n`)
      if (hits.length === 0) output.err(`nothing that left a window of this project holds ${JSON.stringify(words)}\n`)
    }
    return hits.length === 0 ? EXIT.failed : EXIT.done
  })

type Hit = Effect.Success<ReturnType<App["kept"]["search"]>>["hits"][number]

const hitLines = ({ span: kept, number, speaker, excerpt, imported }: Hit): readonly Shown[] => [
  fitted(
    span("strong", `${kept.session}#${number}`),
    span("dim", `  ${oneLine(speaker)}${imported ? ", imported" : ""} · keeper ${oneLine(kept.name)} · ${oneLine(kept.topic)}`)
  ),
  ...wholeLines("plain", harmless(excerpt), "    ")
]

const read = (invocation: Invocation, ids: readonly string[]): Ending =>
  Effect.gen(function*() {
    const { flags, output, cwd } = invocation
    const app = yield* appOf(invocation)
    const reads = yield* orLogError(Effect.forEach(ids, (id) => app.kept.read(cwd, id, null)))
    if (flags.json === true) output.out(`${JSON.stringify(reads, null, 2)}\n`)
    else printer(output.out, output.outLook).show(reads.flatMap(readLines))
    if (!output.quiet) for (const note of new Set(reads.flatMap((one) => one.notes))) output.err(`${harmless(note)}\n`)
    return EXIT.done
  })

type Read = Effect.Success<ReturnType<App["kept"]["read"]>>

const readLines = ({ span: kept, messages, number, summary }: Read): readonly Shown[] => [
  whole(span("strong", kept.name), span("dim", `  ${plural(messages.length, "message")} of ${kept.session} · ${oneLine(kept.topic)}`)),
  ...(summary === null ? [] : wholeLines("dim", harmless(summary), "  ")),
  ...messages
    .filter((message) => number === null || message.number === number)
    .flatMap((message) => [
      whole(),
      whole(span("dim", `#${message.number} ${oneLine(message.speaker)}`)),
      ...wholeLines("plain", harmless(message.text))
    ])
]

const orLogError = <A,>(run: Effect.Effect<A, Problem>): Effect.Effect<A, LogError> =>
  Effect.mapError(run, ({ message }) => new LogError({ reason: "not-found", message }))
