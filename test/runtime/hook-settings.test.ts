import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { layerOfText } from "../../src/runtime/settings.ts"

const read = (toml: string): Promise<unknown> =>
  Effect.runPromise(Effect.match(layerOfText("config.toml", toml), { onSuccess: ({ hooks }) => hooks, onFailure: ({ message }) => message }))

const HOOK = { event: "PreToolUse", matcher: "Bash|Edit", command: "guard", timeoutMs: 60_000, keys: [], source: "config.toml" }

test.each([
  ["flat", `[[hooks.PreToolUse]]\nmatcher = "Bash|Edit"\ncommand = "guard"`, [HOOK]],
  ["with its time and keys", `[[hooks.PreToolUse]]\nmatcher = "Bash|Edit"\ncommand = "guard"\ntimeout = 2.5\nkeys = ["OPENAI_API_KEY"]`, [{ ...HOOK, timeoutMs: 2500, keys: ["OPENAI_API_KEY"] }]],
  ["nested, as others write it", `[[hooks.PreToolUse]]\nmatcher = "Bash|Edit"\n[[hooks.PreToolUse.hooks]]\ntype = "command"\ncommand = "guard"\n[[hooks.PreToolUse.hooks]]\ntype = "command"\ncommand = "other"\ntimeout = 1`, [HOOK, { ...HOOK, command: "other", timeoutMs: 1000 }]],
  ["without a matcher", `[[hooks.Stop]]\ncommand = "bell"`, [{ ...HOOK, event: "Stop", matcher: "", command: "bell" }]],
  ["with a star", `[[hooks.PreToolUse]]\nmatcher = "*"\ncommand = "guard"`, [{ ...HOOK, matcher: "*" }]]
])("hooks are read: %s", async (_, toml, hooks) => {
  expect(await read(toml)).toEqual(hooks)
})

test.each([
  [`hooks = 1`, "read the settings: config.toml: hooks must be written as [[hooks.PreToolUse]] with a command"],
  [`[[hooks.PreTool]]\ncommand = "x"`, "read the settings: config.toml has a hook for PreTool, which is not known; did you mean PreToolUse? there are PreToolUse, PostToolUse, UserPromptSubmit, SessionStart, Stop"],
  [`[hooks.Stop]\ncommand = "x"`, "read the settings: config.toml: hooks.Stop must be a list; write it as [[hooks.Stop]]"],
  [`[hooks]\nStop = [1]`, "read the settings: config.toml: a hook for Stop must be a table with a command"],
  [`[[hooks.Stop]]\ncomand = "x"`, "read the settings: config.toml: a hook for Stop has the unknown key comand; did you mean command?"],
  [`[[hooks.Stop]]\ncommand = " "`, "read the settings: config.toml: a hook for Stop has no command"],
  [`[[hooks.Stop]]\ncommand = ["a"]`, "read the settings: config.toml: a hook for Stop has no command"],
  [`[[hooks.Stop]]\ncommand = "x"\ntype = "prompt"`, 'read the settings: config.toml: a hook for Stop is of the type prompt; only "command" is known'],
  [`[[hooks.PreToolUse]]\ncommand = "x"\nmatcher = "Bash("`, "read the settings: config.toml: a hook for PreToolUse: the matcher Bash( is no regular expression; write it as Bash|Edit, or * for all"],
  [`[[hooks.PreToolUse]]\ncommand = "x"\nmatcher = "a)|(b"`, "read the settings: config.toml: a hook for PreToolUse: the matcher a)|(b is no regular expression; write it as Bash|Edit, or * for all"],
  [`[[hooks.Stop]]\ncommand = "x"\ntimeout = 0`, "read the settings: config.toml: a hook for Stop: the timeout must be a number of seconds, at most 3600"],
  [`[[hooks.Stop]]\ncommand = "x"\ntimeout = "60"`, "read the settings: config.toml: a hook for Stop: the timeout must be a number of seconds, at most 3600"],
  [`[[hooks.Stop]]\ncommand = "x"\nkeys = "A"`, "read the settings: config.toml: a hook for Stop: keys must be a list of names of API keys that it is given"]
])("%j is an error that says what would do", async (toml, message) => {
  expect(await read(toml)).toBe(message)
})
