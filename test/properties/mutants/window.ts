import { mutant, type Mutant } from "./mutant.ts"

const OFFLOAD = "policy/offload.ts"
const WINDOW = "window.ts"

/** Faults in what the model sees. */
export const windowMutants: readonly Mutant[] = [
  mutant("33", "parts a call from its result", OFFLOAD, 'if (entry.type === "results") return false\n', 'if (entry.type === "results") return true\n'),
  mutant("33", "begins a window in the midst of a closed turn", OFFLOAD, " && entry.turn === latest)", ")"),
  mutant("33", "never lets a step of the open turn leave", OFFLOAD, ' || (entry.type === "assistant" && entry.turn === latest)', ""),
  mutant("33", "offloads although nothing may leave", "states/waiting-for-input.ts", "return to > state.session.window.base", "return true"),
  mutant("33", "forgets the keepers before the last", WINDOW, "[...(session.window.marker?.keepers ?? []), keeper]", "[keeper]"),
  mutant("33", "does not repeat the request", WINDOW, 'request === "" ? head :', "true ? head :"),
  mutant("33", "does not say what reads the keepers", WINDOW, 'behaves(session, "marker-names-tools") &&', "!Array.isArray(session.opened.tools) &&"),
  mutant("33", "names tools that are not there", WINDOW, "session.opened.tools.some(({ name }) => name === reader))", "reader !== \"\")"),
  mutant("33", "names both tools where only one is there", WINDOW, "READERS.every(", "READERS.some("),
  mutant("rule 8", "does not say how much became free", "states/calling-llm.ts", "[...freedTold(state.session, session), ...told]", "told"),
  mutant(
    "rule 8",
    "says that more became free than did",
    "states/calling-llm.ts",
    "const freed = requestTokens(before) - requestTokens(after)",
    "const freed = requestTokens(before)"
  ),
  mutant("33", "does not weigh the marker", WINDOW, "bytes: utf8Bytes(text) + slice(", "bytes: slice("),
  mutant("33", "weighs characters, not bytes", "bytes.ts", "bytes += isPair", "bytes += 0 * isPair"),
  mutant("33", "never offloads before a call", "transitions.ts", "if (mayOffload && passesThreshold(said)) {", "if (false) {"),
  {
    law: "33",
    does: "offloads one turn or step and sends what is still too long",
    edits: [
      { file: `machine/${OFFLOAD}`, find: 'if (howMuch === "enough" && tokensOf', put: 'if (howMuch === "enough" || tokensOf' },
      { file: "machine/states/calling-llm.ts", find: "counted: stage.counted }, told, ok)", put: "counted: stage.counted }, told, false)" }
    ]
  },
  mutant(
    "33",
    "moves the window although nothing was stored",
    "states/calling-llm.ts",
    "const session = ok ? moveWindow(counted, stage.to, event.keeper) : counted",
    'const session = moveWindow(counted, stage.to, event.keeper ?? "")'
  ),
  mutant(
    "33",
    "leaves out notes that are not the newest message",
    "request.ts",
    "of slice(session.transcript, base)) {",
    'of slice(session.transcript, base).filter(({ type }, index, all) => type !== "note" || index === all.length - 1)) {'
  ),
  mutant(
    "33",
    "changes the system text from turn to turn",
    "request.ts",
    "system: session.opened.system,",
    "system: `${session.opened.system} ${session.turn}`,"
  ),
  mutant(
    "23",
    "offloads again what just failed",
    "states/calling-llm.ts",
    "counted: stage.counted }, told, ok)",
    "counted: stage.counted }, told, true)"
  ),
  mutant("rule 8", "gives up when offloading failed", "states/calling-llm.ts", 'if (!ok && stage.for === "overflow") {', "if (!ok) {"),
  mutant(
    "rule 8",
    "sends again what overflowed and was not offloaded",
    "states/calling-llm.ts",
    'if (!ok && stage.for === "overflow") {',
    "if (false) {"
  ),
  mutant(
    "rule 9",
    "does not hear of another mode",
    "states/shared.ts",
    "mode: event.mode ?? session.settings.mode",
    "mode: session.settings.mode"
  ),
  mutant(
    "rule 9",
    "asks the model it asked before",
    "transitions.ts",
    "const { model } = next.settings\n",
    'const model = next.turn > 1 ? "test:one" : next.settings.model\n'
  ),
  mutant(
    "rule 9",
    "begins two turns for one wish",
    "states/waiting-for-input.ts",
    "beginTurn(state.session, [])",
    "beginTurn({ ...state.session, turn: state.session.turn + 1 }, [])"
  ),
  mutant(
    "rule 9",
    "forgets what was gathered",
    "states/calling-llm.ts",
    'const said = text === "" ? session',
    "const said = true ? session"
  ),
  mutant(
    "rule 9",
    "asks the model although a hook stopped the turn",
    "states/calling-llm.ts",
    "if (event.stop !== undefined)",
    "if (false)"
  ),
  mutant(
    "rule 9",
    "loses why a hook stopped the turn",
    "states/calling-llm.ts",
    'settle(say(said, { type: "note", source: "hook", text: event.stop }),',
    "settle(said,"
  ),
  mutant("rule 5", "keeps what the world reports to itself", "transitions.ts", "reports.map((text)", "reports.slice(0, 0).map((text)"),
  mutant(
    "rule 9",
    "does not tell the model that files were put back",
    "states/waiting-for-input.ts",
    'say(state.session, { type: "note", source: "workspace", text: event.note })',
    "state.session"
  )
]
