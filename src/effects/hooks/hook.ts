/** The moments at which programs of the person are asked or told, by the names that other agents use. */
export const HOOK_EVENTS = ["PreToolUse", "PostToolUse", "UserPromptSubmit", "SessionStart", "Stop"] as const
export type HookEvent = (typeof HOOK_EVENTS)[number]

/** A program of the person that is run at a moment of the session. */
export interface Hook {
  readonly event: HookEvent
  /** A regular expression over the whole name of a tool, or over why a session starts; `*` or nothing: all. */
  readonly matcher: string
  /** Run with `sh -c`. */
  readonly command: string
  readonly timeoutMs: number
  /** Names of API keys that it is given all the same. */
  readonly keys: readonly string[]
  /** The settings file that it stands in. */
  readonly source: string
}

/** The hooks of one moment in the order they were given; `names` is all that the thing it is about is called. */
export const hooksFor = (hooks: readonly Hook[], event: HookEvent, names: readonly string[] = []): readonly Hook[] =>
  hooks.filter((hook) => hook.event === event && (!NAMED.has(event) || matches(hook.matcher, names)))

/** At the others there is nothing that a matcher could speak about. */
const NAMED: ReadonlySet<HookEvent> = new Set(["PreToolUse", "PostToolUse", "SessionStart"])

/** `matches("Bash|Edit", ["Bash", "shell"])  // => true`, `matches("Edit", ["NotebookEdit"])  // => false` */
export const matches = (matcher: string, names: readonly string[]): boolean =>
  matcher === "" || matcher === "*" || names.some((name) => new RegExp(`^(?:${matcher})$`).test(name))

/** How a person recognizes it in a sentence. */
export const hookName = ({ event, command }: Hook): string => {
  const line = command.trim().replaceAll(/\s+/g, " ")
  return `hook ${event} (${line.length > NAME_LENGTH_MAX ? `${line.slice(0, NAME_LENGTH_MAX - 1)}…` : line})`
}
const NAME_LENGTH_MAX = 60
