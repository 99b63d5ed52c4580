import { mutant, type Mutant } from "./mutant.ts"

/** Faults that only show when a session is had again. */
export const replayMutants: readonly Mutant[] = [
  {
    law: "1",
    does: "remembers how many calls there were outside the state",
    edits: [
      { file: "machine/answer.ts", find: "const callCount = state.session.callCount + 1", put: "const callCount = ++remembered" },
      { file: "machine/answer.ts", find: "export const addText =", put: "let remembered = 0\nexport const addText =" }
    ]
  },
  mutant("2", "draws the backoff from Math.random", "policy/retry.ts", "next.value % (half + 1)", "Math.floor(Math.random() * (half + 1))"),
  mutant("2", "shows the moment of a retry by the clock", "states/calling-llm.ts", "retryAt: dueAt", "retryAt: dueAt + performance.now()"),
  {
    law: "3",
    does: "knows a session by its object",
    edits: [
      {
        file: "machine/transitions.ts",
        find: "const effect = session.effect + 1",
        put: "if (session.effect === 0) born.add(session.opened)\n  const effect = session.effect + (born.has(session.opened) ? 1 : 2)"
      },
      {
        file: "machine/transitions.ts",
        find: "/** The next effect number,",
        put: "const born = new WeakSet()\n/** The next effect number,"
      }
    ]
  },
  mutant(
    "4",
    "puts a message into the queue it was given",
    "states/shared.ts",
    "stay({ ...state, session: { ...state.session, queue: [...state.session.queue, event.parts] } })",
    "(state.session.queue.push(event.parts), stay({ ...state }))"
  ),
  mutant(
    "4",
    "sorts the blocks of an answer in place",
    "answer.ts",
    "const blocks = answerBlocks(state).filter",
    "state.call.blocks.sort?.()\n  const blocks = answerBlocks(state).filter"
  ),
  mutant(
    "22",
    "cuts the blanks at the end of each delta",
    "answer.ts",
    "streamed: state.streamed + text\n",
    "streamed: state.streamed + text.trimEnd()\n"
  ),
  mutant(
    "22",
    "begins a block with every delta",
    "answer.ts",
    'if (call.open !== null && call.open.type === "text") return grown(state, event.text)',
    ""
  ),
  {
    law: "34",
    does: "puts into a request what no state holds",
    edits: [
      { file: "machine/request.ts", find: "system: session.opened.system,", put: "system: `${session.opened.system} ${++requests}`," },
      { file: "machine/request.ts", find: "/** The request of the state", put: "let requests = 0\n/** The request of the state" }
    ]
  },
  mutant("plain", "leaves a field undefined", "states/processing-response.ts", "question: facts?.question ?? null", "question: facts?.question")
]
