import { createHash, hash } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SessionOpened } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import { initial, step } from "../../machine/step.ts"
import { checkChain, type ChainVerdict } from "./chain.ts"
import { describeDamage, firstInvalid } from "./damage.ts"
import { exportSession } from "./export.ts"
import { titleOf } from "./journal.ts"
import { newLease } from "./leases.ts"
import type { ParsedLine } from "./line.ts"
import { logError, logErrorOf, type LogError } from "./log-error.ts"
import { makeLogReader, readBlocks, type ReadBlock } from "./read-log.ts"
import { blocksOfFile, type Block } from "./scan.ts"
import { encodeSeal, isClosing } from "./seal.ts"
import type { Batch, Lease, NewSession, Origin, Store, Summary } from "./store.ts"

export interface Imported {
  readonly session: string
  readonly events: number
  /** What is to be said of it: that it was cut, or was here already. */
  readonly message: string
}

/** Takes a log in whole: all of it stands in the store, or nothing. Errors: `damaged`, `newer`, `exists`, and what the store says. */
export const importLog = Effect.fnUntraced(function*(store: Store, file: string, origin: Origin | null): Effect.fn.Return<Imported, LogError> {
  const checked = yield* attempt(file, () => checkChain(file))
  if (checked.verdict === "damaged" || checked.verdict === "newer") return yield* logError(checked.verdict, `import ${file}: ${checked.message}`)
  const at = yield* Clock.currentTimeMillis
  const lease = newLease(at)
  const session = yield* store.atomically(writeLog(store, file, origin, lease, checked))
  yield* store.release(session.id, lease.token)
  return { session: session.id, events: session.events, message: checked.message }
}, (imported, store, file) => Effect.catchIf(imported, (error) => error.reason === "exists", (error) => sameAlready(store, file, error)))

const writeLog = Effect.fnUntraced(function*(store: Store, file: string, origin: Origin | null, lease: Lease, checked: ChainVerdict) {
  const reader = makeLogReader({ trusting: true })
  const blocks = blocksOfFile(file)
  let told: Told | null = null
  for (;;) {
    const next = yield* attempt(file, () => blocks.next())
    if (next.done === true) break
    const read = yield* readChecked(reader, next.value, file)
    told = toldMore(told, read)
    yield* Effect.forEach(read.blobs, ({ hash, bytes }) => store.putBlob(hash, bytes), { discard: true })
    yield* store.commit([batchOf(next.value, read, told, origin, lease)])
  }
  if (told === null || told.summary.events !== checked.events) return yield* logError("failed", `import ${file}: it changed while it was read`)
  return { id: told.id, events: told.summary.events }
})

/** What comes from outside is checked line by line: the machine shall never meet an event of another shape. */
const readChecked = (reader: ReturnType<typeof makeLogReader>, block: Block, file: string): Effect.Effect<ReadBlock, LogError> =>
  Effect.suspend(() => {
    const read = reader.take(block)
    if (read === null) return Effect.fail(logError("damaged", `import ${file}: ${reader.verdict().message}`))
    const invalid = firstInvalid(block.bytes, read.place)
    return invalid === null ? Effect.succeed(read) : Effect.fail(logError("damaged", `import ${file}: damaged at ${describeDamage(invalid)}`))
  })

// ── what a list of sessions shows of it ──────────────────────────────────────────────────────────────────────────

interface Told {
  readonly id: string
  readonly opened: SessionOpened
  /** `null` where this build's machine cannot follow the log. */
  readonly state: State | null
  readonly summary: Summary
}

const toldMore = (told: Told | null, { header, lines }: ReadBlock): Told => {
  const opened = told?.opened ?? (lines[0] as ParsedLine & SessionOpened | undefined)
  const state = stateAfter(told, lines)
  const last = lines[lines.length - 1]
  const before = told?.summary ?? { events: 0, updated: header.at, title: "", model: header.settings.model, state: "" }
  const words = before.title === "" ? lines.find((line) => line.type === "UserInput") : undefined
  return {
    id: header.session,
    opened: opened as SessionOpened,
    state,
    summary: {
      events: before.events + lines.length,
      updated: last?.at ?? before.updated,
      title: words?.type === "UserInput" ? titleOf(words) : before.title,
      model: state?.session.settings.model ?? before.model,
      state: state?.name ?? "unknown"
    }
  }
}

const stateAfter = (told: Told | null, lines: readonly ParsedLine[]): State | null => {
  if (told !== null && told.state === null) return null
  try {
    let state = told?.state ?? null
    for (const line of lines) state = state === null ? initial(line as unknown as SessionOpened).state : step(state, line).state
    return state
  } catch {
    // The list then says `unknown`; whoever opens or verifies the session is told why.
    return null
  }
}

// ── what is stored of it ─────────────────────────────────────────────────────────────────────────────────────────

const batchOf = (block: Block, read: ReadBlock, { id, opened, summary }: Told, origin: Origin | null, lease: Lease): Batch => {
  const [first, ...lines] = block.bytes.toString().split("\n")
  const texts = lines.slice(0, read.lines.length)
  if (block.seal !== null && !isClosing(block.seal)) texts.push(`${texts.pop()!}\n${encodeSeal(block.seal)}`)
  const opening: NewSession | null =
    read.place.line > 1
      ? null
      : { header: first!, roots: opened?.roots ?? [], created: opened?.at ?? read.header.at, origin, lease, owes: false }
  const { n } = read.place
  return { opening, id, token: lease.token, after: n, texts, snapshot: null, summary }
}

// ── a log that is here already ───────────────────────────────────────────────────────────────────────────────────

/** Importing the same log twice is no mistake; another one of the same name is. */
const sameAlready = Effect.fnUntraced(function*(store: Store, file: string, error: LogError): Effect.fn.Return<Imported, LogError> {
  const first = yield* attempt(file, () => readBlocks(file).next())
  if (first.done === true) return yield* error
  const session = yield* store.session(first.value.header.session)
  const stored = createHash("sha256")
  yield* Stream.runForEach(exportSession(store, session), (text) => Effect.sync(() => void stored.update(text)))
  const given = yield* attempt(file, () => hash("sha256", readFileSync(file)))
  if (stored.digest("hex") !== given)
    return yield* logError("exists", `import ${file}: ${error.message}, and it is another log; the one that is here stays as it is`)
  return { session: session.id, events: session.events, message: "it is here already" }
})

const attempt = <A>(file: string, act: () => A): Effect.Effect<A, LogError> =>
  Effect.try({ try: act, catch: (cause) => logErrorOf(`import ${file}`, cause) })
