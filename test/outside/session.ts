import {
  canonicalRequest,
  initial,
  MACHINE_VERSION,
  slice,
  step,
  type Action,
  type CallFacts,
  type EffectAction,
  type Entry,
  type Event,
  type Limits,
  type Message,
  type PermissionMode,
  type Rule,
  type State,
  type Step
} from "../../src/machine/index.ts"

/** What a case wants to be different from a plain session. */
export interface Opening {
  readonly limits?: Partial<Limits>
  readonly rules?: readonly Rule[]
  readonly mode?: PermissionMode
  readonly attended?: boolean
}

type Untimed = Event extends infer E ? (E extends Event ? Omit<E, "at"> : never) : never

/** A session that hears one event after the other; the clock moves by itself. */
export interface Play {
  readonly hear: (event: Untimed) => Step
  readonly state: () => State
  /** Effect number of the newest action of this type, for its first call where it has several. */
  readonly newest: (type: EffectAction["type"], call?: number) => number
}

export const play = (opening: Opening = {}): Play => {
  let at = 1_000
  let now: Step = initial(opened(opening))
  const actions: Action[] = []
  return {
    hear: (event) => {
      now = step(now.state, { ...event, at: ++at } as Event)
      actions.push(...now.actions)
      return now
    },
    state: () => now.state,
    newest: (type, call = 0) => {
      const action = actions.findLast((each) => each.type === type)
      if (action === undefined || action.type !== type) throw new Error(`${type} was never asked for`)
      return action.type === "ExecuteTools" ? action.calls[call]!.effect : (action as Exclude<EffectAction, { type: "ExecuteTools" }>).effect
    }
  }
}

const opened = (opening: Opening): Extract<Event, { type: "SessionOpened" }> => ({
  type: "SessionOpened",
  at: 1_000,
  session: "outside",
  machine: MACHINE_VERSION,
  seed: 7,
  system: "be good",
  tools: ["file_read", "file_write", "shell", "ask_user"].map((name) => ({ name, description: name, inputSchema: { type: "object" } })),
  rules: opening.rules ?? [],
  roots: ["/work"],
  modelsByName: { "a:m": { windowTokens: 200_000, outputTokensMax: 8_000, images: false, priced: true } },
  settings: {
    model: "a:m",
    mode: opening.mode ?? "default",
    attended: opening.attended ?? true,
    limits: {
      stepsMax: 10,
      tokensMax: null,
      costMax: null,
      attemptsMax: 3,
      toolsParallelMax: 8,
      outputTokensMax: 8_000,
      windowTokensMax: null,
      ...opening.limits
    }
  }
})

export const text = (words: string) => ({ type: "text" as const, text: words })

/** A person writes, the context is gathered, the model is called. */
export const ask = (session: Play, words: string): Step => {
  session.hear({ type: "UserInput", parts: [text(words)] })
  return session.hear({ type: "ContextGathered", effect: session.newest("GatherContext"), fragments: [] })
}

/** A call of the model: the tool, and what vetting finds out about it. */
export interface Wanted {
  readonly tool: string
  readonly facts: Omit<CallFacts, "call">
}

/** The model answers with these calls, and they are vetted. */
export const call = (session: Play, wanted: readonly Wanted[], tokens = 0): Step => {
  const effect = session.newest("SendLlmRequest")
  wanted.forEach(({ tool }, index) => session.hear({ type: "LlmToolCallDelta", effect, index, name: tool, arguments: `{"n":${index}}` }))
  const { actions } = session.hear({ type: "LlmCompleted", effect, stop: "tool-calls", usage: used(tokens) })
  const vet = actions.find((action) => action.type === "VetToolCalls")
  if (vet === undefined) throw new Error("nothing was vetted")
  return session.hear({ type: "ToolCallsVetted", effect: vet.effect, facts: wanted.map(({ facts }, index) => ({ ...facts, call: vet.calls[index]!.id })) })
}

export const say = (session: Play, words: string, tokens = 0): Step => {
  const effect = session.newest("SendLlmRequest")
  session.hear({ type: "LlmTextDelta", effect, text: words })
  return session.hear({ type: "LlmCompleted", effect, stop: "end", usage: used(tokens) })
}

export const complete = (session: Play, effect: number, words: string): Step =>
  session.hear({ type: "ToolCompleted", effect, status: "ok", parts: [text(words)] })

/** Two thirds of the tokens went in, one came out. */
const used = (tokens: number) => ({
  inputTokens: tokens - Math.floor(tokens / 3),
  outputTokens: Math.floor(tokens / 3),
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cost: tokens
})

const found: Omit<CallFacts, "call"> = { changes: false, paths: [], commands: [], hosts: [] }

export const reads = (path: string): Wanted => ({
  tool: "file_read",
  facts: { ...found, paths: [{ path, access: "read", inside: !path.startsWith("/") }] }
})
export const writes = (path: string, tool = "file_write"): Wanted => ({
  tool,
  facts: { ...found, changes: true, paths: [{ path, access: "write", inside: !path.startsWith("/") }] }
})
export const runs = (...commands: readonly string[]): Wanted => ({
  tool: "shell",
  facts: { ...found, changes: true, commands: commands.map((command) => ({ text: command, reads: false })) }
})
export const asks = (question: string): Wanted => ({ tool: "ask_user", facts: { ...found, question: { text: question, options: [] } } })

/** What is asked of the world; what is only told is left out. */
export const asked = (actions: readonly Action[]): readonly Action[] =>
  actions.filter((action) => action.type !== "DisplayMessage" && action.type !== "RecordDecision")

export const transcript = (state: State): readonly Entry[] =>
  slice(state.session.transcript, 0, state.session.transcript.length) as readonly Entry[]

/** What became of the calls of the newest batch, in the order the model reads it. */
export const outcomes = (state: State): readonly (readonly [string, string, string])[] => {
  const entry = transcript(state).findLast((each) => each.type === "results")
  return entry?.type === "results"
    ? entry.results.map((each) => [each.call, each.status, each.parts.map((part) => (part.type === "text" ? part.text : part.blob)).join("")] as const)
    : []
}

/** The messages that the model would be asked with now. */
export const messages = (state: State): readonly Message[] => {
  if (state.name !== "CallingLlm") throw new Error(`no request is made in ${state.name}`)
  return canonicalRequest(state).messages
}
