import { HOOK_EVENTS, type Hook, type HookEvent } from "../effects/hooks/hook.ts"
import { nearest } from "./nearest.ts"

/** Units: ms. */
const TIMEOUT_MS = 60_000
/** Units: s. */
const TIMEOUT_S_MAX = 3_600

type Table = Readonly<Record<string, unknown>>

/**
 * The hooks of a settings file, as `[[hooks.PreToolUse]] matcher = "Bash|Edit" command = "…" timeout = 60`; the nested way in which other
 * agents write them, a list `hooks` of commands under one matcher, is read, too. Errors: a sentence that says what cannot be meant.
 */
export const readHooks = (path: string, value: unknown): readonly Hook[] | string => {
  if (!isTable(value)) return `${path}: hooks must be written as [[hooks.PreToolUse]] with a command`
  const hooks: Hook[] = []
  for (const [event, entries] of Object.entries(value)) {
    if (!isEvent(event))
      return `${path} has a hook for ${event}, which is not known; did you mean ${nearest(event, HOOK_EVENTS)}? there are ${HOOK_EVENTS.join(", ")}`
    if (!Array.isArray(entries)) return `${path}: hooks.${event} must be a list; write it as [[hooks.${event}]]`
    for (const entry of entries.flatMap(unnested)) {
      const hook = hookOf(path, event, entry)
      if (typeof hook === "string") return hook
      hooks.push(hook)
    }
  }
  return hooks
}

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value)

const isEvent = (name: string): name is HookEvent => (HOOK_EVENTS as readonly string[]).includes(name)

/** `{matcher, hooks: [{type: "command", command, timeout}]}` as one entry a command. */
const unnested = (entry: unknown): readonly unknown[] => {
  if (!isTable(entry) || !Array.isArray(entry["hooks"])) return [entry]
  const { hooks, ...common } = entry
  return (hooks as readonly unknown[]).map((each) => (isTable(each) ? { ...common, ...each } : each))
}

const KEYS = ["matcher", "command", "timeout", "keys", "type"]

const hookOf = (path: string, event: HookEvent, entry: unknown): Hook | string => {
  const where = `${path}: a hook for ${event}`
  if (!isTable(entry)) return `${where} must be a table with a command`
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) return `${where} has the unknown key ${unknown}; did you mean ${nearest(unknown, KEYS)}?`
  const { matcher = "", command, timeout = TIMEOUT_MS / 1000, keys = [], type = "command" } = entry
  if (type !== "command") return `${where} is of the type ${String(type)}; only "command" is known`
  if (typeof command !== "string" || command.trim() === "" || command.includes("\0")) return `${where} has no command`
  if (typeof matcher !== "string" || !isPattern(matcher))
    return `${where}: the matcher ${String(matcher)} is no regular expression; write it as Bash|Edit, or * for all`
  if (typeof timeout !== "number" || !(timeout > 0 && timeout <= TIMEOUT_S_MAX))
    return `${where}: the timeout must be a number of seconds, at most ${TIMEOUT_S_MAX}`
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string"))
    return `${where}: keys must be a list of names of API keys that it is given`
  return { event, matcher, command, timeoutMs: Math.ceil(timeout * 1000), keys, source: path }
}

const isPattern = (matcher: string): boolean => {
  try {
    return matcher === "*" || new RegExp(matcher) instanceof RegExp
  } catch {
    return false
  }
}
