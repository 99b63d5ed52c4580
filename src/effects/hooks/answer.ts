import { outgoingText } from "../tools/outgoing.ts"
import { hookName, type Hook, type HookEvent } from "./hook.ts"
import { OUTPUT_BYTES_MAX, type HookRun } from "./run-hook.ts"
import { saidByHook, type SaidByHook } from "./said-by-hook.ts"

/** What one run of a hook comes to. All text of it is fit for an event. */
export interface HookAnswer {
  /** `deny` is also the block of those that are not about a call; `null`: it has nothing against it. */
  readonly verdict: HookVerdict | null
  /** Why all shall stop; `null`: it may go on. */
  readonly stop: string | null
  /** What the model shall know. */
  readonly context: string
  /** What went wrong with the hook itself, in a sentence. */
  readonly failure: string | null
  /** What the hook wants the person to know. */
  readonly message: string | null
}

export interface HookVerdict {
  readonly decision: "allow" | "ask" | "deny"
  readonly reason: string
}

/**
 * Reads exit code and output by the contract that other agents made usual: 0 is fine, 2 blocks with stderr as the reason, everything
 * else is a failure. A guard that failed has not said yes: then a call is asked about.
 */
export const answerOf = (hook: Hook, run: HookRun): HookAnswer => {
  const wrong = whatWentWrong(run)
  if (wrong !== null) return failed(hook, wrong)
  if (run.ended.how === "exited" && run.ended.code === 2) return blocked(hook, shown(run.stderr))
  const stdout = run.stdout.trim()
  if (!stdout.startsWith("{")) return PLAIN_IS_CONTEXT.has(hook.event) ? { ...NOTHING, context: shown(stdout) } : NOTHING
  const said = saidByHook(stdout)
  if (said === null)
    return failed(
      hook,
      isFull(run.stdout) ? `printed more than ${OUTPUT_BYTES_MAX / 1024} kB` : "printed JSON that is none, or says what cannot be meant"
    )
  const { hookEventName } = said.hookSpecificOutput ?? {}
  if (hookEventName !== undefined && hookEventName !== hook.event) return failed(hook, `answered as if it were asked by ${shown(hookEventName)}`)
  return structured(hook, said)
}

const NOTHING: HookAnswer = { verdict: null, stop: null, context: "", failure: null, message: null }

/** What these print is meant for the model. */
const PLAIN_IS_CONTEXT: ReadonlySet<HookEvent> = new Set(["UserPromptSubmit", "SessionStart"])

const isFull = (stdout: string): boolean => Buffer.byteLength(stdout) >= OUTPUT_BYTES_MAX - 4

/** Long text is cut, secrets are taken out. */
const shown = (text: string): string => outgoingText(text.trim())

const whatWentWrong = ({ ended, stderr }: HookRun): string | null => {
  switch (ended.how) {
    case "not-started":
      return `could not be started: ${shown(ended.why)}`
    case "timed-out":
      return "took too long and was killed; give it more with timeout"
    case "killed":
      return `was killed by ${ended.signal}`
    case "exited":
      return ended.code === 0 || ended.code === 2 ? null : `ended with exit code ${ended.code}${firstLine(shown(stderr))}`
  }
}

const firstLine = (text: string): string => (text === "" ? "" : `: ${text.split("\n", 1)[0]?.slice(0, 200)}`)

const failed = (hook: Hook, why: string): HookAnswer => ({
  ...NOTHING,
  failure: `${hookName(hook)} ${why}`,
  verdict: hook.event === "PreToolUse" ? { decision: "ask", reason: `${hookName(hook)} ${why}` } : null
})

/** A session that starts cannot be blocked: there the reason is only told. */
const blocked = (hook: Hook, stderr: string): HookAnswer => {
  const reason = stderr === "" ? `${hookName(hook)} gave no reason` : stderr
  return hook.event === "SessionStart"
    ? { ...NOTHING, message: `${hookName(hook)}: ${reason}` }
    : { ...NOTHING, verdict: { decision: "deny", reason } }
}

const structured = (hook: Hook, said: SaidByHook): HookAnswer => {
  const stop = said.continue === false ? shown(said.stopReason ?? `${hookName(hook)} says stop`) : null
  return {
    verdict: hook.event === "PreToolUse" ? verdictOnCall(hook, said, stop) : hook.event === "SessionStart" ? null : block(hook, said),
    stop,
    context: shown(said.hookSpecificOutput?.additionalContext ?? ""),
    failure: null,
    message: said.systemMessage === undefined ? null : `${hookName(hook)}: ${shown(said.systemMessage)}`
  }
}

const DECISIONS = { approve: "allow", allow: "allow", ask: "ask", block: "deny", deny: "deny" } as const

/** Other arguments cannot be given to a call here: what a hook wanted changed is not run unasked as it was. */
const verdictOnCall = (hook: Hook, { decision, reason, hookSpecificOutput: specific = {} }: SaidByHook, stop: string | null): HookVerdict | null => {
  if (stop !== null) return { decision: "deny", reason: stop }
  const taken = specific.permissionDecision ?? (decision === undefined ? undefined : DECISIONS[decision])
  const why = shown(specific.permissionDecisionReason ?? reason ?? `${hookName(hook)} gave no reason`)
  if (taken !== "deny" && specific.updatedInput !== undefined)
    return { decision: "ask", reason: `${hookName(hook)} wants other arguments, which cannot be given here` }
  return taken === undefined ? null : { decision: taken, reason: why }
}

const block = (hook: Hook, { decision, reason }: SaidByHook): HookVerdict | null =>
  decision === "block" || decision === "deny" ? { decision: "deny", reason: shown(reason ?? `${hookName(hook)} gave no reason`) } : null
