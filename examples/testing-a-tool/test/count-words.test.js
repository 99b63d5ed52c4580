import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { mustKeep, verifyTool } from "loom/testing"

// `TOOL=count-words-seeded node --test` tries the tool as it was first written.
const { countWords } = await import(`../src/${process.env.TOOL ?? "count-words"}.js`)

test("count_words keeps all that a tool promises", async () => {
  const report = await verifyTool(countWords, {
    prepare: (root) => {
      mkdirSync(join(root, "texts"))
      for (const name of ["a.txt", "b.txt"]) writeFileSync(join(root, "texts", name), "three short words\n")
    },
    works: [{ folder: "texts" }, { folder: "." }],
    fails: [{ folder: "nowhere" }],
    slow: { folder: "texts", pause_ms: 10_000 }
  })
  mustKeep(report)
})
