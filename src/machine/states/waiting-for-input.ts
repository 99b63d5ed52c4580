import { go, inert, stay, type Room } from "../outcome.ts"
import { offloadTo } from "../policy/offload.ts"
import type { WaitingReason } from "../state.ts"
import { say } from "../transcript.ts"
import { beginTurn, beginTurnWith, offload, shutDown } from "../transitions.ts"
import { changeSettings } from "./shared.ts"

/** After these there is nothing to go on with. */
const AT_REST: readonly WaitingReason[] = ["opened", "completed", "refused"]

/** Waits for a person. */
export const waitingForInput: Room<"WaitingForInput"> = {
  UserInput: (state, event) => beginTurnWith(state.session, event.parts, []),
  ContinueRequested: (state, event) =>
    AT_REST.includes(state.why) || state.session.transcript.length === 0 ? inert(state, event) : beginTurn(state.session, []),
  SettingsChanged: changeSettings,
  OffloadRequested: (state) => {
    const to = offloadTo(state.session, "all")
    return to > state.session.window.base
      ? offload(state.session, { for: "person", to, counted: false }, 1, [])
      : go(state, [{ type: "DisplayMessage", text: "nothing to offload: the window holds no closed turn or step but the last" }])
  },
  WorkspaceRestored: (state, event) => stay({ ...state, session: say(state.session, { type: "note", source: "workspace", text: event.note }) }),
  ShutdownRequested: (state) => shutDown(state.session, []),
  SessionResumed: (state) => go(state, [{ type: "WaitForInput", why: state.why }])
}
