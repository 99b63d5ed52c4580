import { openedUnder, resumedUnder } from "./behaviour.ts"
import { utf8Bytes } from "./bytes.ts"
import type { Event, SessionOpened } from "./event.ts"
import { go, inert, type Step } from "./outcome.ts"
import { NO_USAGE } from "./policy/budget.ts"
import { TOKENS_PER_KILOBYTE } from "./policy/offload.ts"
import type { Opened } from "./session.ts"
import type { State, StateName, WaitingForInput } from "./state.ts"
import { callingLlm } from "./states/calling-llm.ts"
import { error } from "./states/error.ts"
import { executingTools } from "./states/executing-tools.ts"
import { postToolsHook } from "./states/post-tools-hook.ts"
import { processingResponse } from "./states/processing-response.ts"
import { shuttingDown } from "./states/shutting-down.ts"
import { waitingForInput } from "./states/waiting-for-input.ts"
import { emptyVector } from "./vector.ts"

export { MACHINE_VERSION } from "./behaviour.ts"
export type { Step } from "./outcome.ts"

type Hear = (state: never, event: never) => Step
type AnyRoom = Readonly<Record<string, Hear | undefined>>

/** Without a prototype: an event named like one of its members, as `constructor`, is heard by no state. */
const bare = <R extends object>(room: R): R => Object.setPrototypeOf({ ...room }, null)

const roomByState = {
  WaitingForInput: bare(waitingForInput),
  CallingLlm: bare(callingLlm),
  ProcessingResponse: bare(processingResponse),
  ExecutingTools: bare(executingTools),
  PostToolsHook: bare(postToolsHook),
  Error: bare(error),
  ShuttingDown: bare(shuttingDown)
} as const satisfies Record<StateName, object>

/**
 * The one function that decides everything the agent does. Total, pure, and cheap for a delta at any length.
 * What a state does not hear gives back the same state and no actions.
 */
export const step = (state: State, event: Event): Step => {
  const hear = (roomByState[state.name] as AnyRoom)[event.type]
  if (hear === undefined) return inert(state, event)
  return hear((event.type === "SessionResumed" ? resumedUnder(state, event) : state) as never, event as never)
}

/** The first state of a session, made from its first event. */
export const initial = (opened: SessionOpened): Step<WaitingForInput> =>
  go(
    {
      name: "WaitingForInput",
      why: "opened",
      session: {
        version: 1,
        ...openedUnder(opened),
        id: opened.session,
        opened: openedPart(opened),
        settings: opened.settings,
        modelsByName: opened.modelsByName,
        random: opened.seed >>> 0,
        effect: 0,
        callCount: 0,
        turn: 0,
        step: 0,
        transcript: emptyVector,
        window: { base: 0, marker: null, bytes: 0 },
        queue: [],
        usage: NO_USAGE,
        approvals: [],
        unattendedDenials: 0,
        overflowedAt: "",
        tokensPerKilobyte: TOKENS_PER_KILOBYTE
      }
    },
    [{ type: "WaitForInput", why: "opened" }]
  )

const openedPart = ({ system, tools, rules, roots }: SessionOpened): Opened => ({
  system,
  tools,
  rules,
  roots,
  bytes: utf8Bytes(system) + utf8Bytes(JSON.stringify(tools))
})
