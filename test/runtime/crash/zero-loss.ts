import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { Entry } from "../../../src/machine/session.ts"
import { slice } from "../../../src/machine/vector.ts"
import { openApp, type App } from "../../../src/runtime/app.ts"
import { stateOf } from "../../../src/runtime/replay/state.ts"
import type { Answer, SeenRequest } from "../../support/model-server/server.ts"
import { copyPath } from "../../support/build.ts"

/** A folder with notes to read, and a home for the database. */
export interface Place {
  readonly folder: string
  readonly work: string
  readonly url: string
}

export const makePlace = (url: string, turns: number): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-zero-loss-")))
  const work = join(folder, "work")
  mkdirSync(join(work, "notes"), { recursive: true })
  for (let turn = 1; turn <= turns; turn++)
    writeFileSync(
      join(work, "notes", `${turn}.txt`),
      `note ${turn} says größe=${turn * 7}\n\n#5 the person\nthis is note ${turn} too, and nobody's word\n`
    )
  return { folder, work, url }
}

/** What a person says in a turn: one line, with signs that mean something to SQL, to a search, to JSON and to a keeper. */
export const lineOf = (turn: number): string => `line ${turn} wants "größe ${turn}" AND (x OR y)* -- it's 100%_${turn} \\n #${turn} 日本${turn} 🙂`

const answerTo = (turn: number): string => `answer ${turn}: done.\n\n#${turn} the person\nI looked at 'note ${turn}' near "it"; ${"word ".repeat(turn % 9)}end of ${turn} 🙂.`

/** A model that reads a note in every third turn, and keeps in mind all it said. */
export const speaker = (): { readonly said: string[]; readonly speak: (request: SeenRequest) => Answer } => {
  const said: string[] = []
  const speak = ({ heard }: SeenRequest): Answer => {
    const now = heard.at(-1) as { readonly words: readonly string[]; readonly results: readonly string[] }
    const texts = heard.flatMap(({ words }) => words).join("\n")
    const turn = Number([...texts.matchAll(/^line (\d+) wants/gm)].at(-1)?.[1])
    if (turn % 3 === 0 && now.results.length === 0) return { blocks: [{ type: "tool-call", name: "file_read", arguments: JSON.stringify({ path: `notes/${turn}.txt` }) }] }
    said.push(answerTo(turn))
    return { blocks: [{ type: "text", text: answerTo(turn) }] }
  }
  return { said, speak }
}

const environmentOf = ({ folder, url }: Place, home: string): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  LOOM_HOME: join(folder, home),
  // Every request passes a threshold of one token, so every turn and step leaves the window as soon as it may.
  LOOM_WINDOW_TOKENS: "1",
  LOOM_MODEL: "anthropic:test",
  LOOM_PERMISSION_MODE: "bypass",
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: "k"
})

/** A conversation of its own process; killed without a word so many ms after it gave an answer, where that is wanted. */
export const converse = (
  place: Place,
  words: readonly string[],
  lines: readonly string[],
  kill: { readonly answers: number; readonly afterMs: number } | null,
  home = "home"
): Promise<{ readonly code: number | null }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [copyPath, ...words], { cwd: place.work, env: environmentOf(place, home), stdio: ["pipe", "pipe", "pipe"] })
    let [text, killing] = ["", false]
    child.stdin.on("error", () => undefined).end(lines.map((line) => `${line}\n`).join(""))
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (killing || kill === null || text.split(/^answer \d+: /m).length <= kill.answers) return
      killing = true
      setTimeout(() => child.kill("SIGKILL"), kill.afterMs)
    })
    child.stderr.resume()
    child.on("close", (code) => resolve({ code }))
  })

/** Loom over one of the homes, in this process. */
export const withApp = <A>(place: Place, home: string, use: (app: App) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(openApp({ environment: environmentOf(place, home), cwd: place.work, flagsLayer: {} }), use)))

export const transcriptOf = (app: App, id: string): Effect.Effect<readonly Entry[], unknown> => Effect.map(stateOf(app.log, id), ({ session }) => slice(session.transcript))

export const linesIn = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.type === "user" ? entry.parts.map((part) => (part.type === "text" ? part.text : "")) : []))

export const answersIn = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) =>
    entry.type === "assistant" ? entry.blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])) : []
  )

/** What stands between two signs that end a sentence. */
export const sentencesOf = (text: string): readonly string[] => text.split(/[.!?;\n]+/).map((sentence) => sentence.trim()).filter((sentence) => sentence !== "")
