import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import { examine, type Facts, type Place, type Program } from "../../runtime/doctor.ts"
import { sandboxSentence, sandboxWord } from "../view/sandbox-words.ts"
import { printer } from "../view/printer.ts"
import { fitted, span, whole, type Shown, type Tone } from "../view/shown.ts"
import { oneLine } from "../view/visible.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { appOf } from "./open.ts"

/** Says what Loom stands on here, what protects this machine, and what is missing. Exit code 1 where Loom cannot work. */
export const doctor: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { environment, flags, output } = invocation
  const facts = yield* Effect.promise(() => examine(environment, invocation.cwd))
  const opened = yield* Effect.exit(appOf(invocation))
  const model = Exit.isSuccess(opened) ? opened.value.settings.model : null
  const fault = Exit.isSuccess(opened)
    ? null
    : String((Cause.squash(opened.cause) as { readonly message?: unknown }).message ?? opened.cause)
  const terminal = {
    stdin: process.stdin.isTTY === true,
    stdout: process.stdout.isTTY === true,
    ...output.outLook(),
    utf8: isUtf8(environment)
  }
  if (flags.json === true)
    output.out(
      `${JSON.stringify({ ...facts, model, sandbox: facts.sandbox.name, sandboxWhy: sandboxSentence(facts.sandbox), terminal, fault }, null, 2)}\n`
    )
  else
    printer(output.out, output.outLook).show([
      ...factLines(facts),
      ...modelLines(model, facts),
      ...protectionLines(facts),
      ...serverLines(facts),
      ...terminalLines(terminal),
      ...faultLines(fault)
    ])
  return fault === null && facts.directories.data.writable ? EXIT.done : EXIT.failed
})

const line = (tone: Tone, name: string, words: string): Shown =>
  whole(span(tone, tone === "good" ? "✓ " : tone === "bad" ? "✗ " : "· "), span("plain", name.padEnd(12)), span("plain", ` ${oneLine(words)}`))

const factLines = ({ loom, node, git, ripgrep, database, directories }: Facts): readonly Shown[] => [
  line("good", "loom", loom),
  line("good", "node", `${node.version}  ${node.path}`),
  programLine("git", git, "missing: no checkpoints and no commits"),
  programLine("ripgrep", ripgrep, "missing: searches take a slower way"),
  line("good", "database", `${database.file}  ${database.exists ? `${database.bytes} bytes` : "not made yet"}, SQLite ${database.sqlite}`),
  ...Object.entries(directories).map(([name, place]) => placeLine(name, place))
]

const programLine = (name: string, program: Program | null, missing: string): Shown =>
  program === null ? line("notice", name, missing) : line("good", name, `${program.version}  ${program.path}`)

const placeLine = (name: string, { path, exists, writable }: Place): Shown =>
  writable
    ? line("good", name, `${path}${exists ? "" : "  not made yet"}`)
    : line("bad", name, `${path}  cannot be written; set LOOM_HOME to a directory that can`)

const modelLines = (model: string | null, { keys }: Facts): readonly Shown[] => [
  model === null ? line("notice", "model", "none is set, and no key tells which; `loom demo` works without") : line("good", "model", model),
  line(
    "plain",
    "keys",
    `${
      Object.entries(keys)
        .flatMap(([name, present]) => (present ? [name] : []))
        .join(", ") || "none"
    }${Object.values(keys).every(Boolean) ? "" : "  (named only; values are never shown)"}`
  )
]

/** Where there is none, the sentence says how to come to one. */
const protectionLines = ({ sandbox, shellGrammarFault }: Facts): readonly Shown[] => [
  line(sandbox.name === "on" ? "good" : "notice", "sandbox", `${sandboxWord(sandbox).replace("sandbox: ", "")}: ${sandboxSentence(sandbox)}`),
  ...(sandbox.name === "on" ? [line("plain", "bubblewrap", sandbox.version)] : []),
  shellGrammarFault === null
    ? line("good", "shell", "commands are told apart by the shell's grammar; what it cannot tell asks")
    : line(
        "notice",
        "shell",
        `its grammar cannot be loaded (${shellGrammarFault}): only plain commands are told apart, all others ask; install loom again`
      )
]

/** Of each language that the workspace is written in: the servers there are, else how to come to one. */
const serverLines = ({ languageServers: { state, languages } }: Facts): readonly Shown[] => {
  if (state === "off") return [line("plain", "languages", "language servers are switched off by the setting lsp")]
  const lines = languages.map(({ language, found, install }) =>
    found.length > 0
      ? line(state === "on" ? "good" : "plain", language, found.map(({ name, program }) => `${name}  ${program}`).join(", "))
      : line("plain", language, `no language server: ${install.join("; or ")}`)
  )
  const waits = state === "untrusted" && languages.some(({ found }) => found.length > 0)
  return [...lines, ...(waits ? [line("notice", "languages", "no language server is started before you trust this workspace: loom trust")] : [])]
}

interface Terminal {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly colour: boolean
  readonly columns: number | null
  readonly utf8: boolean
}

const terminalLines = ({ stdin, stdout, colour, columns, utf8 }: Terminal): readonly Shown[] => [
  line(
    "plain",
    "terminal",
    `${stdin && stdout ? "yes" : "no"}, ${columns === null ? "no width" : `${columns} columns`}, ${colour ? "colours" : "no colours"}, ${utf8 ? "UTF-8" : "no UTF-8 locale"}`
  )
]

const isUtf8 = (environment: Invocation["environment"]): boolean =>
  /utf-?8/i.test(environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "")

const faultLines = (fault: string | null): readonly Shown[] => (fault === null ? [] : [fitted(), line("bad", "fault", fault)])
