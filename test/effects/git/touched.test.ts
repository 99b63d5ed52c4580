import { expect, test } from "vitest"
import { changesOfAgent } from "../../../src/effects/git/touched.ts"
import type { CompletedCall } from "../../../src/machine/state.ts"
import { folder } from "../os/folder.ts"

const completed = (name: string, given: object): CompletedCall =>
  ({ call: { type: "tool-call", id: "c", name, arguments: JSON.stringify(given) }, status: "ok", changes: true }) as CompletedCall

test("of a patch all files that it names are the agent's, made, changed, moved and deleted; what a person changed meanwhile is not (AFTER-10)", () => {
  const { root } = folder()
  const changes = ["a.txt", "b.txt", "c/d.txt", "e.txt", "theirs.txt"].map((path) => ({
    path,
    before: null,
    after: { oid: "1", mode: "100644" }
  }))
  const of = (patch: string): readonly string[] =>
    changesOfAgent(root, [completed("apply_patch", { patch })], changes).map(({ path }) => path)
  expect(
    of(
      "*** Begin Patch\n*** Update File: a.txt\n*** Move to: b.txt\n@@\n-one\n+two\n*** Add File: c/d.txt\n+x\n*** Delete File: e.txt\n*** End Patch"
    )
  ).toEqual(["a.txt", "b.txt", "c/d.txt", "e.txt"])
  expect(of("--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n--- a/e.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")).toEqual([
    "a.txt",
    "e.txt"
  ])
  expect(
    changesOfAgent(root, [completed("file_write", { path: "c/../theirs.txt", content: "a/b" })], changes).map(({ path }) => path)
  ).toEqual(["theirs.txt"])
})
