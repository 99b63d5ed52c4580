import { realpathSync, statSync } from "node:fs"
import { resolve } from "node:path"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import type { LogReason } from "../../runtime/event-log/log-error.ts"
import { COMMANDS, meaningOf, stillToCome } from "./commands.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import { parseCommandLine, strangeFlag, type CommandLine } from "./flags.ts"
import type { Command, Invocation, Trouble } from "./invocation.ts"
import { codeAfterWriting, flushed, hearStreams, processOutput, type Output } from "./output.ts"
import { hearSignals, makeWishes } from "./signals.ts"

/** Reads the command line, does what it says, and leaves with a true exit code. */
const main = async (): Promise<ExitCode> => {
  const argv = process.argv.slice(2)
  const toCome = stillToCome(argv)
  if (toCome !== null) return complain(toCome)
  const commandLine = parseCommandLine(argv)
  if (typeof commandLine === "string") return complain(commandLine)
  const { flags } = commandLine
  if (flags.version === true) return sayVersion()
  const meaning = meaningOf(commandLine)
  if (meaning.type === "fault") return complain(meaning.message)
  const strange = strangeFlag(flags, meaning.type === "command" ? meaning.name : meaning.type)
  if (strange !== null) return complain(strange)
  const cwd = folderOf(commandLine)
  if (cwd === null) return complain(`work in ${String(flags.project)}: it is no folder that can be entered; give one that is there`)
  const command = await commandFor(meaning.type === "command" ? meaning.name : meaning.type)
  return await run(command, { ...commandLine, words: meaning.type === "conversation" ? [] : meaning.words }, cwd)
}

const commandFor = async (name: keyof typeof COMMANDS | "task" | "conversation"): Promise<Command> => {
  switch (name) {
    case "task":
      return (await import("./one-shot.ts")).oneShot
    case "conversation":
      return (await import("./repl/repl.ts")).converse
    default:
      return await COMMANDS[name].load()
  }
}

/** Runs it in one scope. A signal that nobody listens to ends it, and what it opened is closed first. */
const run = async (command: Command, { flags, words }: CommandLine, cwd: string): Promise<ExitCode> => {
  let cutOff: ExitCode | null = null
  const wishes = makeWishes((code) => {
    if (cutOff !== null) process.exit(code)
    cutOff = code
    fiber.interruptUnsafe()
  })
  hearSignals(wishes)
  const output = processOutput(process.env, { quiet: flags.quiet === true, verbose: flags.verbose === true }, () =>
    wishes.wish({ type: "leave", code: EXIT.brokenPipe })
  )
  process.on("uncaughtException", (fault) => process.exit(blame(fault, () => fault.stack ?? "", output)))
  const invocation: Invocation = { flags, words, environment: process.env, cwd, output, wishes }
  // What rooms have to say beside their answers is for people, and stdout belongs to the answer.
  const logger = Logger.make(({ message }) => (output.quiet ? undefined : output.err(`${[message].flat().map(String).join(" ")}\n`)))
  const fiber = Effect.runFork(Effect.provideService(Effect.scoped(command(invocation)), Logger.CurrentLoggers, new Set([logger])))
  const exit = await Effect.runPromise(Fiber.await(fiber))
  return cutOff ?? (await codeOf(exit, output))
}

const codeOf = async (exit: Exit.Exit<ExitCode, Trouble>, output: Output): Promise<ExitCode> => {
  if (Exit.isSuccess(exit)) return exit.value
  const failure = exit.cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined) return await explain(failure.error, output)
  return blame(Cause.squash(exit.cause), () => Cause.pretty(exit.cause), output)
}

/** Something that should not have happened: one sentence, and where it was for those who want to know. */
const blame = (fault: unknown, where: () => string, output: Output): ExitCode => {
  const hint = output.verbose ? "" : "; --verbose shows where"
  output.err(`loom stopped by a fault of its own: ${firstLine(fault)}; what was acknowledged is in the log, \`loom -c\` goes on${hint}\n`)
  if (output.verbose) output.err(`${where()}\n`)
  return EXIT.failed
}

/** A message may hold words of a log, so nothing in it is obeyed. */
const explain = async (trouble: Trouble, output: Output): Promise<ExitCode> => {
  const { harmless } = await import("../view/visible.ts")
  output.err(`${harmless(trouble.message)}\n`)
  switch (trouble._tag) {
    case "UsageError":
    case "SettingsError":
      return EXIT.usage
    case "LogError":
      return codeOfReason(trouble.reason)
  }
}

const codeOfReason = (reason: LogReason): ExitCode => {
  switch (reason) {
    case "held":
    case "lost":
    case "busy":
    case "damaged":
    case "newer":
      return EXIT.unavailable
    case "not-found":
    case "exists":
      return EXIT.usage
    case "full":
    case "unwritable":
    case "closed":
    case "failed":
      return EXIT.failed
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] as string

const complain = (message: string): ExitCode => {
  process.stderr.write(`${message}\n`)
  return EXIT.usage
}

const sayVersion = async (): Promise<ExitCode> => {
  const { version } = await import("../../runtime/version.ts")
  process.stdout.write(`${version()}\n`)
  return EXIT.done
}

/** The folder that is worked in, with its true name; `null` where there is none. */
const folderOf = ({ flags }: CommandLine): string | null => {
  try {
    const folder = realpathSync(resolve(typeof flags.project === "string" ? flags.project : "."))
    return statSync(folder).isDirectory() ? folder : null
  } catch {
    // Not there, or not ours to enter: the caller says so.
    return null
  }
}

hearStreams()
const code = await main()
await flushed()
process.exit(codeAfterWriting(code))
