import type { State } from "../../../machine/state.ts"
import { slice } from "../../../machine/vector.ts"
import { version } from "../../../runtime/version.ts"
import { entriesShown } from "../../view/conversation.ts"
import { plural } from "../../view/money.ts"
import { fitted, span, whole, type Shown } from "../../view/shown.ts"
import { oneLine } from "../../view/visible.ts"

/** What stands on top of a conversation: what this is, what is unusual, and of a session that goes on its latest turn. */
export const greeting = (state: State): readonly Shown[] => {
  const { session } = state
  return [
    fitted(span("strong", `loom ${version()}`), span("dim", `  ${oneLine(session.opened.roots[0] ?? "")}  /help says what there is`)),
    ...(session.settings.mode === "bypass" ? [whole(span("bad", "permission mode bypass: NOTHING ASKS; only deny rules hold"))] : []),
    ...latestTurn(state)
  ]
}

const latestTurn = ({ session }: State): readonly Shown[] => {
  if (session.turn === 0) return []
  const entries = slice(session.transcript)
  const latest = entries.filter((entry) => entry.turn === session.turn)
  const earlier = entries.length - latest.length
  return [...(earlier > 0 ? [fitted(span("dim", `${plural(earlier, "earlier message")}: /history`))] : []), ...entriesShown(latest)]
}
