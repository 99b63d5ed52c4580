import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ScriptedAnswer } from "../../../../src/effects/llm/script.ts"
import { sayAndRest, shutDown, words } from "../../../../src/interfaces/cli/rest.ts"
import { openApp, type App } from "../../../../src/runtime/app.ts"
import { EventLog } from "../../../../src/runtime/event-log/event-log.ts"
import { loadSession, type LoadedLog } from "../../../../src/runtime/replay/log-source.ts"
import type { NamedTree } from "../../../../src/runtime/replay/trees.ts"
import { filesOf } from "../../../effects/git/place.ts"

/** A real session of many steps: a scripted model, real tools, real git, a real database. What stood in the files at each event is kept beside it. */

export interface Place {
  readonly folder: string
  /** A git repository. */
  readonly root: string
  readonly data: string
  readonly environment: Readonly<Record<string, string>>
}

export const newPlace = (answers: readonly ScriptedAnswer[]): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-worked-")))
  const root = join(folder, "work")
  mkdirSync(join(root, "src"), { recursive: true })
  writeFileSync(join(root, ".gitignore"), "*.log\nbuild/\n")
  writeFileSync(join(root, "README.md"), "# a project\n")
  writeFileSync(join(root, "src/one.txt"), "one\r\ntwo\n")
  writeFileSync(join(root, "crlf.bat"), "echo\r\n")
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: root, stdio: "pipe" })
  git("init", "-q", "-b", "main")
  git("add", "-A")
  git("commit", "-q", "-m", "first")
  writeFileSync(join(root, "README.md"), "# a project, stashed\n")
  git("stash", "-q")
  writeFileSync(join(root, "staged.txt"), "staged\n")
  git("add", "staged.txt")
  const script = join(folder, "script.json")
  writeFileSync(script, JSON.stringify({ chunkMs: 0, answers }))
  const environment = { LOOM_HOME: join(folder, "home"), LOOM_MODEL: `scripted:${script}`, PATH: process.env["PATH"] ?? "" }
  return { folder, root, data: join(folder, "home", "data"), environment }
}

/** A home that never saw the session, with the same models. */
export const elsewhere = (place: Place): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-elsewhere-")))
  const root = join(folder, "work")
  mkdirSync(root)
  return { folder, root, data: join(folder, "home", "data"), environment: { ...place.environment, LOOM_HOME: join(folder, "home") } }
}

export const withApp = <A, E>({ root, environment }: Place, use: (app: App) => Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(openApp({ environment, cwd: root, flagsLayer: { permissionMode: "bypass" } }), use)))

export const shell = (command: string): ScriptedAnswer => ({ blocks: [{ type: "tool-call", name: "shell", arguments: { command } }] })
export const tool = (name: string, given: Readonly<Record<string, unknown>>): ScriptedAnswer => ({ blocks: [{ type: "tool-call", name, arguments: given }] })
export const says = (text: string): ScriptedAnswer => ({ blocks: [{ type: "text", text }] })

/** Three turns of 20 steps in all, with shell-made, untracked and ignored files, links, programs and deletions. */
export const ANSWERS: readonly ScriptedAnswer[] = [
  tool("directory_list", { path: "." }),
  shell("printf 'made by a shell' > made.txt"),
  tool("file_write", { path: "src/two.txt", content: "second\n" }),
  shell("printf 'ignored, small' > trace.log && mkdir -p build && printf b > build/out"),
  shell("chmod +x crlf.bat"),
  shell("ln -s src/one.txt link && ln -s /nowhere dangling"),
  shell("rm src/one.txt"),
  tool("file_read", { path: "README.md" }),
  shell("printf '\\000\\377binary' > bytes.bin"),
  says("the first turn is over"),
  // So short a turn would be over before its checkpoint is begun.
  { ...says("nothing to do"), chunkMs: 60 },
  shell("rm -r src && printf 'now a file' > src"),
  shell("mkdir -p deep/er/and && printf x > deep/er/and/x && printf 'a name' > 'a name with blanks'"),
  tool("file_edit", { path: "README.md", edits: [{ old: "a project", new: "the project" }] }),
  shell("rm link && printf 'no link any more' > link"),
  shell("git add README.md && git -c user.name=x -c user.email=x@example.invalid commit -q -m second"),
  shell("chmod -x crlf.bat && rm trace.log"),
  shell("seq 1 30000"),
  shell("rm -r deep 'a name with blanks'"),
  says("done")
]

export interface Worked {
  readonly place: Place
  readonly id: string
  readonly log: LoadedLog
  /** What stood in the workspace when each event was recorded. */
  readonly filesByEvent: ReadonlyMap<number, Readonly<Record<string, string>>>
}

/** The checkpoint of a turn that changes nothing is taken beside it, and nobody waits for it. */
const untilInJournal = (place: Place, reason: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const shadows = join(place.data, "checkpoints")
    const journal = readFileSync(join(shadows, readdirSync(shadows)[0] as string, "journal"), "utf8")
    return journal.includes(reason) ? Effect.void : Effect.andThen(Effect.sleep(5), untilInJournal(place, reason))
  })

export const workedSession = async (): Promise<Worked> => {
  const place = newPlace(ANSWERS)
  const filesByEvent = new Map<number, Readonly<Record<string, string>>>()
  const { id, log } = await withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings: app.settings, attended: false })
      session.listen(({ n }) => void filesByEvent.set(n, filesOf(place.root)))
      yield* sayAndRest(session, words("work"))
      writeFileSync(join(place.root, "theirs.txt"), "a person's, between the turns")
      yield* sayAndRest(session, words("look"))
      yield* untilInJournal(place, `turn 2 of ${session.id}`)
      rmSync(join(place.root, "theirs.txt"))
      chmodSync(join(place.root, "made.txt"), 0o755)
      yield* sayAndRest(session, words("go on"))
      yield* shutDown(session)
      return { id: session.id, log: yield* Effect.provideService(loadSession(session.id), EventLog, app.log) }
    })
  )
  return { place, id, log, filesByEvent }
}

/** A batch runs as soon as it is recorded, so what stood before it is what stood at the event before it. */
export const filesSince = (log: LoadedLog, byEvent: ReadonlyMap<number, unknown>, { from }: NamedTree) =>
  byEvent.get(log.rows[from - 1]?.actions.some(({ type }) => type === "ExecuteTools") ? from - 1 : from)
