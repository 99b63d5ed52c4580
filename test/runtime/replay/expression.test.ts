import { describe, expect, test } from "vitest"
import { compileExpression, ExpressionError, type Predicate } from "../../../src/runtime/replay/expression.ts"
import { makeTimeline, momentsOf, type Moment } from "../../../src/runtime/replay/timeline.ts"
import { conversation } from "../event-log/support/conversation.ts"

const rows = conversation(3, 12).map(({ event, actions }, index) => ({ n: index + 1, event, actions }))
const timeline = makeTimeline(rows)
const moments = (): Generator<Moment, void> => momentsOf(rows)

const compiled = (text: string): Predicate => {
  const predicate = compileExpression(text)
  if (typeof predicate === "string") throw new Error(predicate)
  return predicate
}

/** The numbers of the events where it holds, asked one by one. */
const heldAt = (text: string): readonly number[] => {
  const holds = compiled(text)
  return [...moments()].filter((moment) => holds(moment)).map(({ row }) => row.n)
}

const firstOf = (text: string): number | undefined => compiled(text).first(moments())?.row.n

const failureOf = (text: string): string => {
  try {
    compiled(text).first(moments())
    return "it did not fail"
  } catch (error) {
    return error instanceof ExpressionError ? error.message : `not ours: ${String(error)}`
  }
}

describe("an expression looks at", () => {
  test("the state after an event, by its name", () => {
    const expected = [...moments()].filter(({ step }) => step.state.name === "CallingLlm").map(({ row }) => row.n)
    expect(expected.length).toBeGreaterThan(10)
    for (const text of ["state=CallingLlm", ' state = "CallingLlm" ', 'state.name === "CallingLlm"', 'state.name === "CallingLlm";']) expect(heldAt(text)).toEqual(expected)
  })

  test("the type of the event, its number, its actions and the state before", () => {
    const sent = rows.filter(({ actions }) => actions.some(({ type }) => type === "SendLlmRequest")).map(({ n }) => n)
    expect(heldAt('actions.some((action) => action.type === "SendLlmRequest")')).toEqual(sent)
    expect(heldAt("event=UserInput")).toEqual(rows.filter(({ event }) => event.type === "UserInput").map(({ n }) => n))
    expect(heldAt("n === 7 // the seventh")).toEqual([7])
    expect(heldAt("before === null")).toEqual([1])
  })

  test("the transcript as a list", () => {
    const asked = heldAt('event.type === "UserInput" && session.transcript.at(-1).parts[0].text.startsWith("question")')
    expect(asked).toEqual(heldAt("event=UserInput"))
    expect(firstOf("session.transcript.length > 1")).toBe(heldAt("event=LlmCompleted")[0])
  })

  test("words, also where they came in pieces, at the event that brings the last of them", () => {
    const pieces = rows.filter(({ event }) => event.type === "LlmTextDelta").slice(0, 2)
    const [one, two] = pieces.map(({ event }) => (event as { readonly text: string }).text) as [string, string]
    expect(heldAt(`text~${one.slice(-3)}${two}`)).toContain(pieces[1]!.n)
    expect(heldAt("text~QUESTION 1")).toEqual([2])
    expect(heldAt("text~nobody says this")).toEqual([])
  })
})

test("a search through all moments finds the same as asking at each of them, in parts of any length", () => {
  for (let n = 1; n <= rows.length; n++) expect(firstOf(`n >= ${n} && session.id === "s"`)).toBe(n)
  expect(firstOf("n > 1e9")).toBe(undefined)
})

test("a field of what is not there makes it not true, and the first such event is told", () => {
  const predicate = compiled('state.call.stage.name === "streaming"')
  expect(predicate.missed()).toBe(null)
  expect(predicate.first(moments())?.row.n).toBe(3)
  expect(predicate.missed()).toBe(`the expression state.call.stage.name === "streaming" counts as not true at event 1: Cannot read properties of undefined (reading 'stage')`)
})

describe("what cannot be read is said with its place", () => {
  for (const [text, message] of [
    ["", "the expression is empty; write state=NAME, event=NAME, tool=NAME, text~WORDS, or JavaScript over state, session, before, event, actions and n"],
    ["state=Eror", "the expression state=Eror: there is no state Eror; did you mean Error?"],
    ["event=ToolComplete", "the expression event=ToolComplete: there is no event ToolComplete; did you mean ToolCompleted?"],
    ["state.name ===", "the expression state.name === cannot be read, at its end: Unexpected end of input"],
    ['state.name === "Error")', "the expression state.name === \"Error\") cannot be read, at character 23 ()): Unexpected token ')'"],
    ["n > 1; n > 2", "the expression n > 1; n > 2 cannot be read, at character 6 (; n > 2): Unexpected token ';'"],
    ["n >\n 3 + )", "the expression n >\n 3 + ) cannot be read, at line 2, character 6 ()): Unexpected token ')'"]
  ] as const) {
    test(JSON.stringify(text), () => expect(compileExpression(text)).toBe(message))
  }
})

describe("what fails while it looks is said with event and place", () => {
  for (const [text, message] of [
    ["stat.name", "the expression stat.name failed at event 1, at character 1 (stat.name): stat is not defined; it sees state, session, before, event, actions and n"],
    ["n > 3 && nope", "the expression n > 3 && nope failed at event 4, at character 10 (nope): nope is not defined; it sees state, session, before, event, actions and n"],
    ["(() => { throw 5 })()", "the expression (() => { throw 5 })() failed at event 1: 5"],
    ["n = 5", "the expression n = 5 failed at event 1, at character 3 (= 5): Assignment to constant variable; it can only look, compare with ==="]
  ] as const) {
    test(text, () => expect(failureOf(text)).toBe(message))
  }
})

test("an expression changes nothing of what it looks at", () => {
  const before = JSON.stringify(timeline.at(5))
  for (const text of ['state.name = "Error"', "delete session.id", "session.queue.push(1)", "session.opened.roots.length = 0"])
    expect(failureOf(text)).toMatch(/it can only look|object is not extensible/)
  expect(JSON.stringify(timeline.at(5))).toBe(before)
})

test("the moments of a log in order are those of its timeline", () => {
  expect([...moments()]).toEqual(rows.map(({ n }) => timeline.at(n)))
})

test("nothing of this process is in its reach", () => {
  for (const name of ["process", "require", "setTimeout", "fetch", "Buffer"]) {
    expect(firstOf(`typeof ${name} !== "undefined"`)).toBe(undefined)
    for (const way of ["state", "actions.filter", "session.transcript", "(() => 1)", "event"])
      expect(firstOf(`${way}.constructor.constructor("return typeof ${name}")() !== "undefined"`)).toBe(undefined)
  }
})

test("one that never ends is given up", () => {
  const endless = compileExpression("(() => { while (true); })()", { timeoutMs: 300 })
  expect(() => (endless as Predicate).first(moments())).toThrow("the expression (() => { while (true); })() failed at event 1: it was not done after 0.3 s")
})
