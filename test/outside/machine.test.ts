import { expect, test } from "vitest"
import { ask, asked, asks, call, complete, messages, outcomes, play, reads, runs, say, text, transcript, writes, type Play } from "./session.ts"

const gathered = (session: Play) => session.hear({ type: "ContextGathered", effect: session.newest("GatherContext"), fragments: [] })
const toolCall = (number: number, index: number) => ({ type: "tool-call", id: `call_${number}`, name: "file_read", input: { n: index } })
const result = (number: number, words: string) => ({ type: "tool-result", id: `call_${number}`, failed: false, content: [text(words)] })

test("what is written while the tools of the last permitted step run begins a new turn behind their results, in order, without what was taken back", () => {
  const session = play({ limits: { stepsMax: 1 } })
  ask(session, "first")
  call(session, [reads("a"), reads("b")])
  session.hear({ type: "UserInput", parts: [text("second")] })
  session.hear({ type: "UserInput", parts: [text("a slip")] })
  session.hear({ type: "InputTakenBack" })
  session.hear({ type: "UserInput", parts: [text("third")] })
  complete(session, session.newest("ExecuteTools", 1), "b!")
  const last = complete(session, session.newest("ExecuteTools", 0), "a!")
  expect(asked(last.actions)).toEqual([{ type: "GatherContext", effect: 6, turn: 2 }])
  expect(asked(gathered(session).actions)).toMatchObject([{ type: "SendLlmRequest", effect: 7, attempt: 1, step: 1, from: 0 }])
  expect(messages(session.state())).toEqual([
    { role: "user", content: [text("first")] },
    { role: "assistant", content: [toolCall(1, 0), toolCall(2, 1)] },
    { role: "user", content: [result(1, "a!"), result(2, "b!"), text("second"), text("third")] }
  ])
})

test("an interrupt with a call done, one running, one asked about and one held cancels the two open effects, says of each call what became of it, and runs no hook", () => {
  const session = play({ rules: [{ decision: "allow", rule: "shell(make *)", source: "flag" }] })
  ask(session, "go")
  const started = call(session, [reads("a"), reads("b"), writes("c"), runs("make all")])
  expect(asked(started.actions).map((action) => action.type).toSorted()).toEqual(["ExecuteTools", "RequestApproval"])
  const [first, second, question] = [session.newest("ExecuteTools", 0), session.newest("ExecuteTools", 1), session.newest("RequestApproval")]
  complete(session, first, "a!")
  const { state, actions } = session.hear({ type: "InterruptRequested" })
  const cancelled = actions.flatMap((action) => (action.type === "Cancel" ? [action.effect] : []))
  expect(new Set(cancelled)).toEqual(new Set([second, question]))
  expect(asked(actions).slice(cancelled.length)).toEqual([{ type: "WaitForInput", why: "interrupted" }])
  expect(outcomes(state).map(([id, status]) => [id, status])).toEqual([
    ["call_1", "ok"],
    ["call_2", "interrupted"],
    ["call_3", "not-started"],
    ["call_4", "not-started"]
  ])
  for (const late of [complete(session, second, "b!"), session.hear({ type: "ApprovalAnswered", effect: question, answer: "always" })]) {
    expect(late.outcome).toBe("stale")
    expect(late.state).toBe(state)
    expect(late.actions).toEqual([])
  }
})

test("an interrupt in the middle of an answer keeps its text, drops its calls, and goes on at once with what was written meanwhile", () => {
  const session = play()
  ask(session, "go")
  const effect = session.newest("SendLlmRequest")
  session.hear({ type: "LlmThinkingDelta", effect, text: "hm" })
  session.hear({ type: "LlmTextDelta", effect, text: "I will " })
  session.hear({ type: "LlmToolCallDelta", effect, index: 1, name: "shell", arguments: '{"command":"rm -rf /"}' })
  session.hear({ type: "LlmToolCallDelta", effect, index: 2, name: "shell", arguments: '{"comm' })
  session.hear({ type: "UserInput", parts: [text("no, look first")] })
  const { actions } = session.hear({ type: "InterruptRequested" })
  expect(asked(actions)).toEqual([
    { type: "Cancel", effect },
    { type: "GatherContext", effect: effect + 1, turn: 2 }
  ])
  const ghost = session.hear({ type: "LlmCompleted", effect, stop: "tool-calls" })
  expect(ghost.outcome).toBe("stale")
  gathered(session)
  expect(transcript(session.state())[1]).toMatchObject({ type: "assistant", ended: "interrupted" })
  expect(messages(session.state())).toEqual([
    { role: "user", content: [text("go")] },
    { role: "assistant", content: [text("I will ")] },
    { role: "user", content: [text("no, look first")] }
  ])
})

test("at exactly its token budget the agent finishes the tools it asked for but calls no more, loses no word written then, and goes on once there is one token more", () => {
  const session = play({ limits: { tokensMax: 100 } })
  ask(session, "go")
  call(session, [reads("a")], 100)
  const stopped = complete(session, session.newest("ExecuteTools"), "a!")
  expect(asked(stopped.actions)).toEqual([{ type: "WaitForInput", why: "budget-tokens" }])
  expect(stopped.actions.filter((action) => action.type === "DisplayMessage")).toHaveLength(1)
  const again = session.hear({ type: "UserInput", parts: [text("please")] })
  expect(asked(again.actions)).toEqual([{ type: "WaitForInput", why: "budget-tokens" }])
  session.hear({ type: "SettingsChanged", limits: { tokensMax: 101 } })
  session.hear({ type: "ContinueRequested" })
  expect(asked(gathered(session).actions)).toMatchObject([{ type: "SendLlmRequest", step: 1, attempt: 1 }])
  expect(messages(session.state())).toEqual([
    { role: "user", content: [text("go")] },
    { role: "assistant", content: [toolCall(1, 0)] },
    { role: "user", content: [result(1, "a!"), text("please")] }
  ])
})

test("calls that streamed interleaved and ended at the token limit are put together rightly, none runs, each is told so, and the model is asked again", () => {
  const session = play()
  ask(session, "go")
  const effect = session.newest("SendLlmRequest")
  session.hear({ type: "LlmTextDelta", effect, text: "both" })
  session.hear({ type: "LlmToolCallDelta", effect, index: 3, name: "shell", arguments: '{"command"' })
  session.hear({ type: "LlmToolCallDelta", effect, index: 5, name: "file_read", arguments: '{"path":' })
  session.hear({ type: "LlmToolCallDelta", effect, index: 3, arguments: ':"make"}' })
  session.hear({ type: "LlmToolCallDelta", effect, index: 5, arguments: '"sr' })
  const { actions, state } = session.hear({ type: "LlmCompleted", effect, stop: "max-tokens" })
  expect(asked(actions)).toMatchObject([{ type: "SendLlmRequest", effect: effect + 1, attempt: 1, step: 2 }])
  expect(transcript(state)[1]).toMatchObject({
    ended: "max-tokens",
    blocks: [
      text("both"),
      { type: "tool-call", id: "call_1", name: "shell", arguments: '{"command":"make"}' },
      { type: "tool-call", id: "call_2", name: "file_read", arguments: '{"path":"sr' }
    ]
  })
  expect(outcomes(state).map(([id, status, words]) => [id, status, words.trim() !== ""])).toEqual([
    ["call_1", "cut-short", true],
    ["call_2", "cut-short", true]
  ])
  expect(messages(state)[1]).toEqual({
    role: "assistant",
    content: [
      text("both"),
      { type: "tool-call", id: "call_1", name: "shell", input: { command: "make" } },
      { type: "tool-call", id: "call_2", name: "file_read", input: {} }
    ]
  })
})

test("an answer that is too long gives up the closed turns and goes on in the same step, also the last permitted one; a second time in that step it is for a person", () => {
  const session = play({ limits: { stepsMax: 1 } })
  ask(session, "first")
  say(session, "done")
  ask(session, "second")
  const tooLong = { type: "LlmFailed", failure: "overflow", message: "prompt is too long" } as const
  const offload = session.hear({ ...tooLong, effect: session.newest("SendLlmRequest") })
  expect(asked(offload.actions)).toEqual([{ type: "OffloadContext", effect: 5, from: 0, to: 2 }])
  const again = session.hear({ type: "ContextOffloaded", effect: 5, ok: true, keeper: "keeper-77" })
  expect(asked(again.actions)).toMatchObject([{ type: "SendLlmRequest", effect: 6, step: 1, from: 2, to: 3 }])
  const request = messages(again.state)
  expect(request.map((message) => message.role)).toEqual(["user"])
  expect(JSON.stringify(request)).toContain("keeper-77")
  expect(request[0]!.content.at(-1)).toEqual(text("second"))
  const failed = session.hear({ ...tooLong, effect: 6 })
  expect(failed.state).toMatchObject({ name: "Error", retry: null })
  expect(asked(failed.actions)).toMatchObject([{ type: "DisplayError", error: { message: "prompt is too long" }, retryAt: null }])
})

test("a long turn gives up whole steps only: no call is parted from its result, the marker repeats the request, and where the keeper fails the call goes out as it is", () => {
  const offloads = (ok: boolean) => {
    const session = play({ limits: { windowTokensMax: 10_000 } })
    ask(session, "count all sheep")
    for (const letter of ["a", "b"]) {
      session.hear({ type: "LlmTextDelta", effect: session.newest("SendLlmRequest"), text: letter.repeat(20_000) })
      call(session, [reads(letter), reads(letter)])
      complete(session, session.newest("ExecuteTools", 0), "one sheep")
      complete(session, session.newest("ExecuteTools", 1), "two sheep")
    }
    const offload = session.newest("OffloadContext")
    return session.hear({ type: "ContextOffloaded", effect: offload, ok, ...(ok ? { keeper: "keeper-77" } : { reason: "disk full" }) })
  }
  const kept = offloads(true)
  const [marker, ...rest] = messages(kept.state)
  expect(asked(kept.actions)).toMatchObject([{ type: "SendLlmRequest", step: 3, from: 3, to: 5 }])
  expect(marker!.role).toBe("user")
  expect(JSON.stringify(marker)).toContain("keeper-77")
  expect(JSON.stringify(marker)).toContain("count all sheep")
  expect(rest).toEqual([
    { role: "assistant", content: [text("b".repeat(20_000)), toolCall(3, 0), toolCall(4, 1)] },
    { role: "user", content: [result(3, "one sheep"), result(4, "two sheep")] }
  ])
  const lost = offloads(false)
  expect(asked(lost.actions)).toMatchObject([{ type: "SendLlmRequest", step: 3, from: 0, to: 5 }])
  expect(messages(lost.state).map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant", "user"])
})

test("after a restart a write that ran is not run again, a question is asked anew under a new number, a read behind them runs, and the hook hears of all three", () => {
  const session = play({ rules: [{ decision: "allow", rule: "file_write", source: "flag" }] })
  ask(session, "go")
  call(session, [writes("a"), asks("which colour?"), reads("c")])
  const [dead, unanswered] = [session.newest("ExecuteTools"), session.newest("RequestApproval")]
  const resumed = session.hear({ type: "SessionResumed" })
  expect(asked(resumed.actions).map((action) => action.type).toSorted()).toEqual(["ExecuteTools", "RequestApproval"])
  for (const late of [complete(session, dead, "written"), session.hear({ type: "ApprovalAnswered", effect: unanswered, answer: "once", words: "red" })]) {
    expect([late.outcome, late.actions]).toEqual(["stale", []])
    expect(late.state).toBe(resumed.state)
  }
  complete(session, session.newest("ExecuteTools"), "c!")
  const answered = session.hear({ type: "ApprovalAnswered", effect: session.newest("RequestApproval"), answer: "once", words: "blue" })
  expect(asked(answered.actions)).toMatchObject([
    {
      type: "RunPostToolsHook",
      completed: [
        { call: { id: "call_1" }, changes: true, status: "unknown-outcome" },
        { call: { id: "call_2" }, changes: false, status: "ok" },
        { call: { id: "call_3" }, changes: false, status: "ok" }
      ]
    }
  ])
  const next = session.hear({ type: "PostToolsHookCompleted", effect: session.newest("RunPostToolsHook"), goOn: true })
  expect(outcomes(next.state)).toEqual([
    ["call_1", "unknown-outcome", expect.stringMatching(/^outcome unknown: the process restarted while this ran\b/)],
    ["call_2", "ok", "blue"],
    ["call_3", "ok", "c!"]
  ])
})
