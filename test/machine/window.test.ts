import { expect, test } from "vitest"
import { moveWindow } from "../../src/machine/window.ts"
import { answered, asked, called, stateAfter, type Said } from "./talk.ts"

const turns: readonly Said[] = [
  ...asked("first"), ...answered("one", 2),
  ...asked("fix the test", 3), ...called(["file_read"], 4), { type: "ToolCallsVetted", effect: 5, facts: [] }, ...answered("two", 6)
]

test("where the window begins with a turn its marker says what left and who keeps it", () => {
  const { window, transcript } = moveWindow(stateAfter("WaitingForInput", turns).session, 2, "keeper-1")
  expect(window.marker).toEqual({
    keepers: ["keeper-1"],
    entries: 2,
    text: "[2 earlier messages of this conversation left this window; nothing of them is lost: keeper keeper-1 holds them in full]"
  })
  expect([window.base, transcript.length]).toEqual([2, 6])
})

test("where the model has what reads keepers the marker names it", () => {
  const text = (moreTools: readonly string[]) => moveWindow(stateAfter("WaitingForInput", turns, { moreTools }).session, 2, "keeper-1").window.marker?.text
  expect(text(["context_search", "context_read"])).toBe(
    "[2 earlier messages of this conversation left this window; nothing of them is lost: context_search finds words in them, context_read reads them in full; keeper keeper-1]"
  )
  expect(text(["context_read"])).toBe("[2 earlier messages of this conversation left this window; nothing of them is lost: keeper keeper-1 holds them in full]")
})

test("where it begins within a turn the marker repeats the request of that turn", () => {
  const { session } = stateAfter("WaitingForInput", turns)
  const moved = moveWindow(moveWindow(session, 2, "keeper-1"), 5, "keeper-2")
  expect(moved.window.marker).toEqual({
    keepers: ["keeper-1", "keeper-2"],
    entries: 5,
    text:
      "[5 earlier messages of this conversation left this window; nothing of them is lost: keeper keeper-1, keeper-2 holds them in full]\n\nThe request you are working on:\nfix the test"
  })
})

test("a long request is repeated in part, and an image by name", () => {
  const long = stateAfter("WaitingForInput", [
    { type: "UserInput", parts: [{ type: "image", mediaType: "image/png", blob: "ab", bytes: 3 }, { type: "text", text: "z".repeat(9000) }] },
    { type: "ContextGathered", effect: 1, fragments: [] },
    ...answered("done", 2)
  ])
  const text = moveWindow(long.session, 1, "k").window.marker?.text ?? ""
  expect(text).toContain("[an image, image/png]\nzzz")
  expect(text.endsWith("z […]")).toBe(true)
  expect(text.length).toBeLessThan(4300)
})

test("only the last eight keepers are named, none is forgotten", () => {
  let { session } = stateAfter("WaitingForInput", turns)
  for (let n = 1; n <= 10; n++) session = moveWindow(session, 2, `k${n}`)
  expect(session.window.marker?.keepers).toHaveLength(10)
  expect(session.window.marker?.text).toContain("keeper k3, k4, k5, k6, k7, k8, k9, k10 holds")
})
