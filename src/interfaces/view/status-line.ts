import { offloadThreshold, requestTokens } from "../../machine/policy/offload.ts"
import type { Session } from "../../machine/session.ts"
import { costWords } from "./money.ts"
import { oneLine } from "./visible.ts"
import { fitted, span, type Shown } from "./shown.ts"

/** What holds now, before the prompt: model, mode, how full the window is, cost, sandbox, commands that run in the background, session. */
export const statusLine = (session: Session, sandbox: string, inBackground = 0): Shown =>
  fitted(
    span("dim", `${oneLine(session.settings.model)} · `),
    span(session.settings.mode === "bypass" ? "bad" : "dim", session.settings.mode === "bypass" ? "BYPASS: nothing asks" : session.settings.mode),
    span("dim", ` · ${windowPercent(session)} % of window · ${costWords(session.usage)} · ${sandbox} · `),
    span("notice", inBackground === 0 ? "" : `${inBackground} in the background`),
    span("dim", `${inBackground === 0 ? "" : " · "}${session.id}`)
  )

/** How much of what the model can take the next request fills, estimated. */
export const windowPercent = (session: Session): number => {
  const facts = session.modelsByName[session.settings.model]
  const room = facts === undefined ? offloadThreshold(session) : facts.windowTokens
  return room <= 0 ? 100 : Math.min(100, Math.round((requestTokens(session) * 100) / room))
}
