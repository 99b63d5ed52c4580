import { readFileSync, statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { isInside } from "../os/path.ts"
import { attempt, refuse } from "../os/problem.ts"
import { inOrder } from "./diagnostic.ts"
import { keyOf, serversFor, type Found } from "./found.ts"
import { FILE_BYTES_MAX, PATIENCE, type ChangedFile, type Desk, type LanguageServersOptions, type News } from "./language-servers.ts"
import { freshOf, isCleared, isTold, seenAfter, seenFirst, standingOf, type Now, type Seen } from "./news.ts"
import { makePool } from "./pool.ts"
import { languageIn } from "./servers.ts"
import type { Running } from "./start-server.ts"
import { wishedServers } from "./wish.ts"
import { within } from "./within.ts"

/** Of a batch so many files are shown, and so many others that are open are asked about again. */
const FILES_MAX = 20
const OTHERS_MAX = 20

/** The servers of a session, begun when they are first needed. */
export const makeDesk = Effect.fnUntraced(function*(options: LanguageServersOptions): Effect.fn.Return<Desk, never, Scope.Scope> {
  const { roots, wish, isTrusted, environment } = options
  const servers = wishedServers(wish)
  const where = { roots, path: environment["PATH"] ?? "" }
  const scope = yield* Effect.scope
  const { beginMs, answerMs, warmMs, firstMs, slowMs } = { ...PATIENCE, ...options.patience }
  const dependents = options.dependents ?? (() => Effect.succeed([]))
  const pool = yield* makePool(options)
  const inTurn = yield* Semaphore.make(1)
  /** What each server said of each file that the agent changed, or that was open then. */
  const seen = new Map<string, { readonly running: Running; readonly path: string; readonly seen: Seen }>()
  let working = 0
  let missed = 0

  /** The servers that may be asked about a file. Errors: throws a `Problem` that says what to do. */
  const usable = (path: string): readonly Found[] => {
    if (!wish.on) refuse("lsp_diagnostics: language servers are switched off by the setting lsp; run the project's own checks with shell")
    const { found, lacking } = serversFor(servers, path, where)
    const name = path.slice(path.lastIndexOf("/") + 1)
    if (found.length === 0 && lacking.length === 0)
      refuse(`lsp_diagnostics: no language server is known for ${name}; run the project's own checks with shell`)
    if (found.length === 0)
      refuse(
        `lsp_diagnostics: no language server for ${name} is installed; the person may get one (${lacking.map(({ install }) => install).join("; or ")}), until then run the project's own checks with shell`
      )
    if (!isTrusted())
      refuse(
        "lsp_diagnostics: a language server runs code of the workspace, which the person has not trusted; `loom trust` does, until then run the project's own checks with shell"
      )
    return found
  }

  const ask: Desk["ask"] = Effect.fnUntraced(function*(path: string) {
    const found = yield* attempt("lsp_diagnostics", () => usable(path))
    const text = yield* attempt(
      "lsp_diagnostics",
      () => readText(path) ?? refuse(`lsp_diagnostics: ${path} is no text of at most ${FILE_BYTES_MAX / 1024} kB`)
    )
    const answers = yield* Effect.forEach(found, (each) => answerOf(each, path, text), { concurrency: "unbounded" })
    return {
      diagnostics: inOrder(answers.flatMap(({ said }) => said)),
      by: answers.flatMap(({ name, why }) => (why === null ? [name] : [])),
      silent: answers.flatMap(({ name, why }) => (why === null ? [] : [`${name}: ${why}`]))
    }
  })

  const answerOf = Effect.fnUntraced(function*(found: Found, path: string, text: string) {
    const { name } = found.server
    const running = yield* begunIn(found, beginMs)
    if (typeof running === "string") return { name, why: running, said: [] }
    const { client, fault } = running
    client.show(path, text, languageIn(found.server, path) ?? "")
    const settled = yield* Effect.promise(() => client.settled(path, answerMs))
    return { name, why: settled ? null : (fault() ?? `it said nothing in ${answerMs / 1000} s`), said: client.held(path) }
  })

  const begunIn = Effect.fnUntraced(function*(found: Found, withinMs: number) {
    const running = yield* pool.of(found)
    if (typeof running === "string") return running
    const good = yield* Effect.promise(() => within(running.begun, performance.now() + withinMs))
    if (good === true) return running
    return running.fault() ?? (good === undefined ? `it did not begin in ${withinMs / 1000} s` : "it would not begin")
  })

  /** One batch after the other; a turn waits for its own only so long, and what is not ready is news the next time. */
  const afterBatch: Desk["afterBatch"] = Effect.fnUntraced(function*(files: readonly ChangedFile[]) {
    const known = wish.on ? files.filter(({ path }) => servers.some((server) => languageIn(server, path) !== null)) : []
    if (known.length === 0 || !isTrusted()) return told()
    const wanted = known.slice(0, FILES_MAX).flatMap((file) => serversFor(servers, file.path, where).found.map((found) => ({ file, found })))
    if (wanted.length === 0) return told()
    const patienceMs = working > 0 || missed > 1 ? slowMs : wanted.every(({ found }) => pool.isReady(found)) ? warmMs : firstMs
    working++
    const done = Promise.withResolvers<boolean>()
    const look = inTurn.withPermits(1)(lookAt(wanted, files)).pipe(Effect.ensuring(Effect.sync(() => (working--, done.resolve(true)))))
    yield* Effect.forkIn(look, scope)
    const inside = (yield* Effect.promise(() => within(done.promise, performance.now() + patienceMs))) === true
    missed = inside ? 0 : missed + 1
    return told()
  })

  const lookAt = (wanted: readonly { readonly file: ChangedFile; readonly found: Found }[], all: readonly ChangedFile[]): Effect.Effect<void> => {
    const byServer = [...Map.groupBy(wanted, ({ found }) => keyOf(found)).values()]
    return Effect.forEach(
      byServer,
      (group) =>
        lookWith(
          (group[0] as (typeof wanted)[number]).found,
          group.map(({ file }) => file),
          all
        ),
      { concurrency: "unbounded", discard: true }
    )
  }

  /** Shows the files to a server as they were, where it does not know them so, with those that use them; and then as they are. */
  const lookWith = Effect.fnUntraced(function*(found: Found, files: readonly ChangedFile[], all: readonly ChangedFile[]) {
    const running = yield* begunIn(found, beginMs)
    if (typeof running === "string") return
    const { client } = running
    const show = (path: string, text: string | null): void => client.show(path, text, languageIn(found.server, path) ?? "")
    const settled = (paths: readonly string[]) => Effect.promise(() => Promise.all(paths.map((path) => client.settled(path, answerMs))))
    const changed = files.map(({ path }) => path)
    for (const path of yield* dependents(changed))
      if (client.shown(path) === null && languageIn(found.server, path) !== null) show(path, readText(path))
    const others = client
      .opened()
      .filter((path) => !changed.includes(path))
      .slice(-OTHERS_MAX)
    const before = yield* Effect.forEach(
      files.filter(({ how }) => how !== "made"),
      ({ path, before }) => Effect.map(before, (text) => ({ path, text }))
    )
    const strange = new Set(before.flatMap(({ path, text }) => (text !== null && client.shown(path) !== text ? [path] : [])))
    for (const { path, text } of before) if (text !== null) show(path, text)
    yield* settled([...before.flatMap(({ path, text }) => (text === null ? [] : [path])), ...others])
    for (const path of [...changed, ...others]) remember(running, path, strange.has(path))
    client.changed(all.filter(({ path }) => isInside(found.root, path)))
    for (const path of changed) show(path, readText(path))
    yield* settled([...changed, ...others])
  })

  /** The first time, what was there before the agent came; where somebody else changed the file since, what they brought is not the agent's. */
  const remember = (running: Running, path: string, isStrange: boolean): void => {
    const key = `${running.key}\0${path}`
    const known = seen.get(key)
    if (known === undefined || (isStrange && running.client.answered(path)))
      seen.set(key, { running, path, seen: seenFirst(running.client.held(path)) })
    else if (known.running !== running) seen.set(key, { ...known, running })
  }

  const nowOf = (running: Running, path: string): Now => ({ path, diagnostics: running.client.held(path), answered: running.client.answered(path) })

  const told = (): News => {
    const all = [...seen].map(([key, one]) => ({ key, one, now: nowOf(one.running, one.path) }))
    const fresh = inOrder(all.flatMap(({ one, now }) => freshOf(one.seen, now)))
    const cleared = new Set(all.flatMap(({ one, now }) => (isCleared(one.seen, now) ? [one.path] : [])))
    const said = inOrder(all.flatMap(({ now }) => now.diagnostics.filter(isTold)))
    const standingCount = inOrder(all.flatMap(({ one, now }) => standingOf(one.seen, now))).length
    for (const { key, one, now } of all) seen.set(key, { ...one, seen: seenAfter(one.seen, now) })
    for (const { path, seen: { isOpen } } of seen.values()) if (isOpen) cleared.delete(path)
    return { fresh, standingCount, olderCount: said.length - fresh.length - standingCount, cleared: [...cleared].sort() }
  }

  return {
    ask,
    below: (folder) =>
      inOrder(pool.running().flatMap(({ client }) => client.heard().flatMap((path) => (isInside(folder, path) ? client.held(path) : [])))),
    afterBatch,
    late: () => inOrder([...seen.values()].flatMap(({ running, path, seen: known }) => freshOf(known, nowOf(running, path))))
  }
})

/** `null` where it is not there, no text, or too long for a server to be shown. */
const readText = (path: string): string | null => {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) return null
    const text = readFileSync(path, "utf8")
    return text.includes("\0") ? null : text
  } catch {
    // It went, or may not be read: then servers are not shown it.
    return null
  }
}
