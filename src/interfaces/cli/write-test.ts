import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, join, relative, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { makeDirectory } from "../../runtime/directories.ts"
import { LogError } from "../../runtime/event-log/event-log.ts"
import { unwritten } from "../../runtime/event-log/log-error.ts"
import type { FilesSource } from "../../runtime/replay/files-at.ts"
import { momentsOf } from "../../runtime/replay/timeline.ts"
import { isSound } from "../../runtime/replay/verdict.ts"
import { verifyFile } from "../../runtime/replay/verify.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation } from "./invocation.ts"
import { sourceNamed, troubleOf, writeRows } from "./looking.ts"
import { situationOf, type Situation } from "./situation.ts"
import { testText, type TestOf } from "./test-text.ts"

/** Writes a regression test of a log into the person's repository: the log, and a file that their own runner finds. */
export const writeTest: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, cwd, words } = invocation
  const word = words[0] as string
  const runner = flags.runner ?? runnerIn(cwd)
  if (runner !== "vitest" && runner !== "node") return yield* usageError(`loom test: the runner ${String(runner)} is not known; take vitest or node`)
  const situation = yield* situationOf("test", flags)
  const source = yield* sourceNamed(invocation, word)
  const folder = resolve(cwd, typeof flags.out === "string" ? flags.out : join("test", "loom"))
  const name = (source.file === null ? source.log.header.session : basename(source.file).replace(/\.jsonl?$/, "")).replaceAll(/[^\w.-]/g, "-")
  const [fixture, file] = [join(folder, `${name}.jsonl`), join(folder, `${name}.test.mjs`)]
  const taken = [fixture, file].find((path) => existsSync(path) && path !== source.file)
  if (taken !== undefined)
    return yield* new LogError({
      reason: "exists",
      message: `write ${taken}: it is there already; remove it, or name another folder with --out`
    })
  const when = yield* Effect.try({ try: () => whenOf(source, situation), catch: (cause) => troubleOf(`read ${word}`, cause) })
  const check = situation?.type === "check" ? { command: situation.command, folder: `${relative(folder, cwd) || "."}/` } : null
  yield* writeFixture(source, folder, fixture)
  const wanted: TestOf = { fixture: basename(fixture), runner, imports: importsReplay(folder), when, check }
  yield* Effect.try({ try: () => writeFileSync(file, testText(wanted)), catch: (cause) => unwritten(`write ${file}`, file, cause) })
  const run = `${runner === "node" ? "node --test" : "npx vitest run"} ${relative(cwd, file)}`
  if (flags.json === true) output.out(`${JSON.stringify({ test: file, fixture, runner, imports: wanted.imports, when, run })}\n`)
  else output.out(`${file}\n${fixture}\n`)
  if (!output.quiet)
    output.err(
      `run it with \`${run}\`${wanted.imports ? "" : "; it calls the `loom` on the path, or LOOM_BIN, for the package is not installed there"}\n`
    )
  return EXIT.done
})

/** What the person's project runs its tests with. */
const runnerIn = (folder: string): "vitest" | "node" => {
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >
    return "vitest" in { ...dependencies, ...devDependencies } ? "vitest" : "node"
  } catch {
    // No project of npm, or none that can be read: Node itself is there.
    return "node"
  }
}

const importsReplay = (folder: string): boolean => {
  try {
    createRequire(join(folder, "any.js")).resolve("loom/replay")
    return true
  } catch {
    // Not installed where the test will stand.
    return false
  }
}

const whenOf = ({ log }: FilesSource, situation: Situation | null): TestOf["when"] =>
  situation?.type === "when" ? { text: situation.text, n: situation.holds.first(momentsOf(log.rows))?.row.n ?? null } : null

/** The log as it is; one of the database, or cut, is written whole. Errors: where this build does not decide the same, for its test would be red. */
const writeFixture = Effect.fnUntraced(function*({ log, file }: FilesSource, folder: string, fixture: string) {
  const attempt = <A>(act: () => A) => Effect.try({ try: act, catch: (cause) => unwritten(`write ${fixture}`, fixture, cause) })
  yield* Effect.try({ try: () => makeDirectory(folder), catch: (cause) => unwritten(`write ${fixture}`, folder, cause) })
  if (file === fixture) return
  if (file !== null && log.chain.verdict === "whole") yield* attempt(() => copyFileSync(file, fixture))
  else yield* writeRows(fixture, log.header, log.rows)
  const verdict = yield* attempt(() => verifyFile(fixture))
  if (isSound(verdict)) return
  yield* attempt(() => rmSync(fixture, { force: true }))
  return yield* new LogError({
    reason: "failed",
    message: `test ${log.header.session}: this build does not decide as the log says, so a test of it would be red from the start; ${verdict.message}`
  })
})
