import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { answerOf, type HookAnswer } from "../../../src/effects/hooks/answer.ts"
import type { Hook, HookEvent } from "../../../src/effects/hooks/hook.ts"
import { runHook } from "../../../src/effects/hooks/run-hook.ts"
import { isDead } from "../../../src/effects/os/process-group.ts"
import { folder } from "../os/folder.ts"

/* The contract, case by case: what a program says by exit code and output, and what comes of it. Each case is a real process. */

const home = folder()

const hook = (event: HookEvent, command: string, more: Partial<Hook> = {}): Hook => ({ event, matcher: "", command, timeoutMs: 20_000, keys: [], source: "config.toml", ...more })

/** Runs at the same time have names of their own: what bears a name is ended with it. */
let runs = 0

const answer = (event: HookEvent, command: string, more: Partial<Hook> = {}): Promise<HookAnswer> => {
  const asked = hook(event, command, more)
  return Effect.runPromise(
    Effect.map(
      runHook(asked, { hook_event_name: event, said: "ä" }, { root: home.root, marker: `contract-${process.pid}:${++runs}` }),
      (run) => answerOf(asked, run)
    )
  )
}

const NOTHING: HookAnswer = { verdict: null, stop: null, context: "", failure: null, message: null }
const allow = (reason: string) => ({ verdict: { decision: "allow", reason } })
const ask = (reason: string) => ({ verdict: { decision: "ask", reason } })
const deny = (reason: string) => ({ verdict: { decision: "deny", reason } })
/** A guard that failed asks, and says why in the same words. */
const failedGuard = (why: string) => ({ ...ask(why), failure: why })

const json = (value: object): string => `printf '%s' '${JSON.stringify(value)}'`
const specific = (event: HookEvent, more: object): string => json({ hookSpecificOutput: { hookEventName: event, ...more } })
const name = (event: HookEvent, command: string): string => `hook ${event} (${command.length > 60 ? `${command.slice(0, 59)}…` : command})`

const EXITS: readonly (readonly [string, HookEvent, string, object])[] = [
  ["0 and silent is fine before a tool", "PreToolUse", "true", {}],
  ["0 and plain text says nothing about a call", "PreToolUse", "echo fine", {}],
  ["0 with words on stderr is fine", "PreToolUse", "echo careful >&2", {}],
  ["2 denies with stderr as the reason", "PreToolUse", "echo ' no sudo ' >&2; exit 2", deny("no sudo")],
  ["2 denies without a reason, too", "PreToolUse", "exit 2", deny("hook PreToolUse (exit 2) gave no reason")],
  ["2 denies whatever stdout says", "PreToolUse", `${json({ decision: "approve" })}; exit 2`, deny(`${name("PreToolUse", `${json({ decision: "approve" })}; exit 2`)} gave no reason`)],
  ["1 is a failure, and a guard that failed asks", "PreToolUse", "echo broken >&2; exit 1", failedGuard("hook PreToolUse (echo broken >&2; exit 1) ended with exit code 1: broken")],
  ["a program that is not there asks", "PreToolUse", "exec /no/such", failedGuard("hook PreToolUse (exec /no/such) ended with exit code 127: /bin/sh: 1: exec: /no/such: not found")],
  ["one that dies asks", "PreToolUse", "kill -9 $$", failedGuard("hook PreToolUse (kill -9 $$) was killed by SIGKILL")],
  ["2 after a tool is a block with its reason", "PostToolUse", "echo lint fails >&2; exit 2", deny("lint fails")],
  ["1 after a tool is only told", "PostToolUse", "exit 1", { failure: "hook PostToolUse (exit 1) ended with exit code 1" }],
  ["plain text after a tool is for nobody", "PostToolUse", "echo done", {}],
  ["plain text at a prompt is context", "UserPromptSubmit", "echo ' today: sprint 4 '", { context: "today: sprint 4" }],
  ["2 at a prompt objects", "UserPromptSubmit", "echo 'no keys in prompts' >&2; exit 2", deny("no keys in prompts")],
  ["1 at a prompt is only told, and its text is no context", "UserPromptSubmit", "echo half; exit 1", { failure: "hook UserPromptSubmit (echo half; exit 1) ended with exit code 1" }],
  ["plain text at the start is context", "SessionStart", "echo hello", { context: "hello" }],
  ["2 at the start is only told", "SessionStart", "echo no >&2; exit 2", { message: "hook SessionStart (echo no >&2; exit 2): no" }],
  ["2 at the end gives a reason", "Stop", "echo 'tests fail' >&2; exit 2", deny("tests fail")],
  ["0 at the end is fine", "Stop", "echo bye", {}]
]

const SAID: readonly (readonly [string, HookEvent, string, object])[] = [
  ["permissionDecision allow", "PreToolUse", specific("PreToolUse", { permissionDecision: "allow", permissionDecisionReason: "known" }), allow("known")],
  ["permissionDecision ask", "PreToolUse", specific("PreToolUse", { permissionDecision: "ask", permissionDecisionReason: "look" }), ask("look")],
  ["permissionDecision deny", "PreToolUse", specific("PreToolUse", { permissionDecision: "deny", permissionDecisionReason: "never" }), deny("never")],
  ["permissionDecision weighs more than decision", "PreToolUse", json({ decision: "approve", hookSpecificOutput: { permissionDecision: "deny", permissionDecisionReason: "x" } }), deny("x")],
  ["decision approve", "PreToolUse", json({ decision: "approve", reason: "ok" }), allow("ok")],
  ["decision block", "PreToolUse", json({ decision: "block", reason: "bad" }), deny("bad")],
  ["an answer without a decision", "PreToolUse", json({ suppressOutput: true }), {}],
  ["null says nothing", "PreToolUse", json({ decision: null, hookSpecificOutput: null }), {}],
  ["continue: false denies the call", "PreToolUse", json({ continue: false, stopReason: "enough" }), { ...deny("enough"), stop: "enough" }],
  ["continue: false weighs more than allow", "PreToolUse", json({ continue: false, stopReason: "enough", decision: "approve" }), { ...deny("enough"), stop: "enough" }],
  ["continue: true says nothing", "PreToolUse", json({ continue: true }), {}],
  ["systemMessage is for the person", "PostToolUse", json({ systemMessage: "hi" }), { message: `${name("PostToolUse", json({ systemMessage: "hi" }))}: hi` }],
  ["additionalContext is for the model", "PostToolUse", specific("PostToolUse", { additionalContext: "formatted" }), { context: "formatted" }],
  ["additionalContext at a prompt", "UserPromptSubmit", specific("UserPromptSubmit", { additionalContext: "more" }), { context: "more" }],
  ["additionalContext at the start", "SessionStart", specific("SessionStart", { additionalContext: "more" }), { context: "more" }],
  ["additionalContext before a tool", "PreToolUse", specific("PreToolUse", { additionalContext: "more" }), { context: "more" }],
  ["decision block after a tool", "PostToolUse", json({ decision: "block", reason: "lint" }), deny("lint")],
  ["decision approve after a tool says nothing", "PostToolUse", json({ decision: "approve" }), {}],
  ["decision block at a prompt", "UserPromptSubmit", json({ decision: "block", reason: "secret" }), deny("secret")],
  ["decision block at the end", "Stop", json({ decision: "block", reason: "go on" }), deny("go on")],
  ["decision block at the start says nothing", "SessionStart", json({ decision: "block", reason: "no" }), {}],
  ["continue: false after a tool", "PostToolUse", json({ continue: false, stopReason: "budget" }), { stop: "budget" }],
  ["continue: false without a reason", "PostToolUse", json({ continue: false }), { stop: `${name("PostToolUse", json({ continue: false }))} says stop` }],
  ["fields that nobody knows are passed over", "PreToolUse", json({ decision: "block", reason: "r", extra: [1] }), deny("r")],
  ["blanks around the JSON do not matter", "PreToolUse", `echo; ${json({ decision: "block", reason: "r" })}; echo`, deny("r")]
]

const RUBBISH: readonly (readonly [string, string])[] = [
  ["JSON that breaks off", `printf '{"decision": '`],
  ["a decision that is none", json({ decision: "maybe" })],
  ["a permissionDecision that is none", specific("PreToolUse", { permissionDecision: "yes" })],
  ["a continue that is a word", json({ continue: "no" })],
  ["a reason that is a number", json({ decision: "block", reason: 7 })],
  ["bytes that are no text", `printf '{\\377\\376'`]
]

describe("the contract of hooks (HOOK-2 to HOOK-5)", () => {
  test.concurrent.each(EXITS)("exit code: %s", async (_, event, command, expected) => {
    expect(await answer(event, command)).toEqual({ ...NOTHING, ...expected })
  })

  test.concurrent.each(SAID)("JSON: %s", async (_, event, command, expected) => {
    expect(await answer(event, command)).toEqual({ ...NOTHING, ...expected })
  })

  test.concurrent.each(RUBBISH)("rubbish: %s asks before a tool and is told after it", async (_, command) => {
    const words = "printed JSON that is none, or says what cannot be meant"
    const why = `${name("PreToolUse", command)} ${words}`
    expect(await answer("PreToolUse", command)).toEqual({ ...NOTHING, ...failedGuard(why) })
    expect(await answer("PostToolUse", command)).toEqual({ ...NOTHING, failure: `${name("PostToolUse", command)} ${words}` })
  })

  test("an answer to another event, or with other arguments for the call, is none to trust: it asks", async () => {
    const other = specific("PostToolUse", { permissionDecision: "allow" })
    expect(await answer("PreToolUse", other)).toEqual({ ...NOTHING, ...failedGuard(`${name("PreToolUse", other)} answered as if it were asked by PostToolUse`) })
    const changed = specific("PreToolUse", { permissionDecision: "allow", updatedInput: { command: "ls" } })
    expect(await answer("PreToolUse", changed)).toEqual({ ...NOTHING, ...ask(`${name("PreToolUse", changed)} wants other arguments, which cannot be given here`) })
    const denied = specific("PreToolUse", { permissionDecision: "deny", permissionDecisionReason: "no", updatedInput: {} })
    expect(await answer("PreToolUse", denied)).toEqual({ ...NOTHING, ...deny("no") })
  })

  test("one that hangs is killed at its time with all it started, though it ignores being asked", async () => {
    const command = "trap '' TERM; (trap '' TERM; sleep 600) & echo $! > child; sleep 600; sleep 600"
    const why = `${name("PreToolUse", command)} took too long and was killed; give it more with timeout`
    expect(await answer("PreToolUse", command, { timeoutMs: 300 })).toEqual({ ...NOTHING, ...failedGuard(why) })
    expect(isDead(Number(home.text("child")))).toBe(true)
  })

  test("interrupted, it has ended and said nothing", async () => {
    const asked = hook("PreToolUse", "echo $$ > pid; exec sleep 600")
    const run = Effect.timeoutOrElse(runHook(asked, {}, { root: home.root, marker: `contract-${process.pid}:0` }), { duration: 300, orElse: () => Effect.succeed("interrupted") })
    expect(await Effect.runPromise(run)).toBe("interrupted")
    expect(isDead(Number(home.text("pid")))).toBe(true)
  })

  test("of endless output the beginning is kept: as context cut, as JSON not trusted", async () => {
    const { context, failure } = await answer("UserPromptSubmit", "head -c 20000000 /dev/zero | tr '\\0' x")
    expect([context.length, failure]).toEqual([65_535, null])
    const many = `printf '{"reason":"'; head -c 200000 /dev/zero | tr '\\0' x; printf '"}'`
    expect((await answer("PreToolUse", many)).verdict).toEqual({ decision: "ask", reason: `${name("PreToolUse", many)} printed more than 64 kB` })
  })

  test("it reads one line of JSON, and need not", async () => {
    expect((await answer("UserPromptSubmit", "sed 's/^/> /'")).context).toBe('> {"hook_event_name":"UserPromptSubmit","said":"ä"}')
    expect(await answer("UserPromptSubmit", "exec 0<&-; echo fine")).toEqual({ ...NOTHING, context: "fine" })
  })

  test("secrets are taken out of what it says", async () => {
    const key = `sk-ant-api03-${"Ab3dEf6hIj".repeat(9)}-AA`
    expect((await answer("UserPromptSubmit", `echo 'the key is ${key}'`)).context).not.toContain("Ab3dEf6hIj")
    expect((await answer("PreToolUse", `echo 'not ${key}' >&2; exit 2`)).verdict?.reason).not.toContain("Ab3dEf6hIj")
  })

  test("its environment names the workspace twice and holds no key but those that are named", async () => {
    process.env["SOME_API_KEY"] = "not for hooks"
    try {
      const print = 'echo "$LOOM_PROJECT_DIR|$CLAUDE_PROJECT_DIR|$SOME_API_KEY|$PWD"'
      expect((await answer("SessionStart", print)).context).toBe(`${home.root}|${home.root}||${home.root}`)
      expect((await answer("SessionStart", print, { keys: ["SOME_API_KEY"] })).context).toBe(`${home.root}|${home.root}|not for hooks|${home.root}`)
    } finally {
      delete process.env["SOME_API_KEY"]
    }
  })
})
