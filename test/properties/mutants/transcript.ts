import { mutant, type Mutant } from "./mutant.ts"

const CALLING = "states/calling-llm.ts"
const REFUSED = 'return settle(sayResults(session, calls.map((call) => notRun(call, "the answer was refused"))), "refused")'
const CUT = 'return nextStep(sayResults(session, calls.map((call) => notRun(call, "the answer reached its token limit; answer in smaller parts"))), [])'

/** Faults in what is said and kept. */
export const transcriptMutants: readonly Mutant[] = [
  mutant(
    "16",
    "writes over its last message",
    "transcript.ts",
    "transcript: append(session.transcript, entry),",
    "transcript: append(session.transcript.length > 3 ? { ...session.transcript, length: session.transcript.length - 1, tail: session.transcript.tail.slice(0, -1) } : session.transcript, entry),"
  ),
  mutant(
    "17",
    "gives up with words still queued",
    "transitions.ts",
    'go({ name: "Error", session: sayQueued(session), error',
    'go({ name: "Error", session, error'
  ),
  mutant("17", "shuts down with words still queued", "transitions.ts", "takeEffect(sayQueued(session))", "takeEffect(session)"),
  mutant(
    "17",
    "stops at a budget with words still queued",
    "transitions.ts",
    "return wait(sayQueued(session), reached.why",
    "return wait(session, reached.why"
  ),
  mutant(
    "19",
    "loses the oldest of several queued messages",
    "transcript.ts",
    "session.queue.reduce<Session>",
    "session.queue.slice(session.queue.length > 1 ? 1 : 0).reduce<Session>"
  ),
  mutant("19", "says queued messages and keeps them queued", "transcript.ts", "{ ...session, queue: [] })", "session)"),
  mutant("19", "takes back the oldest message, not the newest", "states/shared.ts", "queue: state.session.queue.slice(0, -1)", "queue: state.session.queue.slice(1)"),
  mutant("20", "gives an interrupted batch no results", "states/executing-tools.ts", "sayResults(state.session, brokenOff(state.executions))", "state.session"),
  mutant("20", "gives the calls of a refused answer no results", CALLING, REFUSED, 'return settle(session, "refused")'),
  mutant(
    "20",
    "writes results in another order",
    "batch.ts",
    'executions.flatMap(({ phase }) => (phase.name === "done" ? [phase.result] : []))',
    'executions.toReversed().flatMap(({ phase }) => (phase.name === "done" ? [phase.result] : []))'
  ),
  mutant("20", "lets the model speak last", "transcript.ts", 'speaksLast(session) === "user" ? session', "true ? session"),
  mutant("20", "sends blank text", "request.ts", "isBlank(block.text) ? [] : [block]", "[block]"),
  mutant("20", "sends arguments that are no object", "request.ts", "!Array.isArray(value) ?", "true ?"),
  mutant("20", "sends thinking that nobody signed", "request.ts", "sameModel && block.signature !== null", "sameModel"),
  mutant("20", "sends a made-up name as it is", "request.ts", "name: toolName(block.name)", "name: block.name"),
  mutant(
    "20",
    "ends a message with thinking",
    "request.ts",
    "withoutLastThinking(entry.blocks.flatMap((block) => blockContent(block, entry.model === model)))",
    "entry.blocks.flatMap((block) => blockContent(block, entry.model === model))"
  ),
  mutant(
    "24",
    "loses what comes later of an earlier call",
    "answer.ts",
    "arguments: call.arguments + event.arguments\n",
    "arguments: call.arguments\n"
  ),
  mutant("24", "loses a signature", "answer.ts", "text: streamed, signature: block.signature", "text: streamed, signature: null"),
  mutant(
    "24",
    "puts text before the calls",
    CALLING,
    "const blocks = answerBlocks(state)\n",
    'const blocks = answerBlocks(state).toSorted((a, b) => Number(a.type === "tool-call") - Number(b.type === "tool-call"))\n'
  ),
  mutant(
    "24",
    "names the model of the settings, not the one that spoke",
    CALLING,
    '{ type: "assistant", model: state.call.model, blocks, ended }',
    '{ type: "assistant", model: state.session.settings.model, blocks, ended }'
  ),
  mutant(
    "24",
    "vets only the first call",
    CALLING,
    '[{ type: "VetToolCalls", effect, calls }])',
    '[{ type: "VetToolCalls", effect, calls: calls.slice(0, 1) }])'
  ),
  mutant(
    "26",
    "loses the text of an interrupted answer",
    CALLING,
    'settle(keepPartial(state, "interrupted"), "interrupted"',
    'settle(state.session, "interrupted"'
  ),
  mutant(
    "26",
    "loses the text of an answer that failed for good",
    CALLING,
    'giveUp(keepPartial(told, "failed"), error)',
    "giveUp(told.session, error)"
  ),
  mutant("26", "keeps the calls of an unfinished answer", "answer.ts", '.filter((block) => block.type !== "tool-call")', ""),
  mutant(
    "rule 4",
    "rests although words are queued",
    "transitions.ts",
    "session.queue.length > 0 ? beginTurn(session, before) : wait(session, why, before)",
    "wait(sayQueued(session), why, before)"
  ),
  mutant(
    "rule 4",
    "sends a request before what is queued",
    "transitions.ts",
    "const said = sayGoOn(sayQueued(session))",
    "const said = sayGoOn(session)"
  ),
  mutant(
    "rule 6",
    "runs the calls of a refused answer",
    CALLING,
    REFUSED,
    `if (calls.length > 0) return vet(session, calls)\n      ${REFUSED}`
  ),
  mutant("rule 6", "runs the calls of an answer that reached its limit", CALLING, CUT, "return vet(session, calls)"),
  mutant(
    "rule 6",
    "takes an answer cut short for a whole one",
    CALLING,
    'if (calls.length === 0) return settle(session, "cut-short")',
    'if (calls.length === 0) return settle(session, "completed")'
  )
]
