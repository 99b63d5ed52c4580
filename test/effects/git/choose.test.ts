import { expect, test } from "vitest"
import { choose, FILE_BYTES_MAX, IGNORED_BYTES_MAX, sizeOf, type Findings } from "../../../src/effects/git/choose.ts"
import type { Found } from "../../../src/effects/git/found.ts"

const NONE: Findings = { prefix: "", files: [], ignored: [], ignoredKept: new Set(), changed: new Set(), gone: [], leftOut: [] }
const found = (path: string, bytes = 1, kind: Found["kind"] = "file"): Found => ({ path, kind, bytes, link: null })
const said = (findings: Partial<Findings>) => {
  const { write, drop, links, leftOut, tooMuch } = choose({ ...NONE, ...findings })
  return { write, drop, links, leftOut: leftOut.map(({ path, why, ignored }) => `${path}: ${why}${ignored ? " (ignored)" : ""}`), tooMuch }
}

test("files up to 64 MB are taken as they are, gone ones are taken out, and what grew too large or cannot be read leaves the index (AFTER-5)", () => {
  const files = [
    found("edge", FILE_BYTES_MAX),
    found("big", FILE_BYTES_MAX + 1),
    found("grown", FILE_BYTES_MAX + 1),
    found("shut", 1, "unreadable"),
    found("pipe", 0, "special"),
    found("l", 0, "link")
  ]
  expect(said({ files, changed: new Set(["grown", "pipe"]), gone: ["gone"] })).toEqual({
    write: ["gone", "edge", "l"],
    drop: ["grown", "pipe"],
    links: [],
    leftOut: ["big: 64.1 MB, more than 64 MB", "grown: 64.1 MB, more than 64 MB", "shut: it cannot be read"],
    tooMuch: null
  })
})

test("an ignored file is kept while it is small, and leaves when it is not any more", () => {
  const inside = "packages/target/"
  const ignored = [found(".env"), found("grown", IGNORED_BYTES_MAX + 1), found("kept"), found("kept and changed"), found("gone", 0, "missing")]
  const below = [found(`${inside}src/a`), found(`${inside}node_modules/x`)]
  const ignoredKept = new Set(["grown", "kept", "kept and changed", "gone"])
  expect(said({ ignored, ignoredKept, changed: new Set(["kept and changed", "grown"]) })).toMatchObject({
    write: [".env", "kept and changed"],
    drop: ["gone", "grown"],
    leftOut: ["grown: 257 kB, more than 256 kB (ignored)"]
  })
  expect(said({ prefix: inside, ignored: below })).toMatchObject({
    write: [`${inside}src/a`],
    leftOut: [`${inside}node_modules/x: tools can make it again (ignored)`]
  })
})

test("a nested repository with a commit is its commit; one without is only named", () => {
  const commit = "0123456789012345678901234567890123456789"
  const files: readonly Found[] = [{ path: "in", kind: "repository", bytes: 0, link: { path: "in", commit } }, found("new", 0, "repository")]
  expect(said({ files, changed: new Set(["in"]) })).toEqual({
    write: [],
    drop: [],
    links: [{ path: "in", commit }],
    leftOut: ["in: a repository of its own; only its commit is kept", "new: a repository of its own, without a commit"],
    tooMuch: null
  })
})

test("a workspace that is none is refused in a sentence", () => {
  const many = Array.from({ length: 300_001 }, (_, index) => found(`f${index}`))
  expect(said({ files: many }).tooMuch).toBe(
    "300001 new files of 293 kB together are more than a checkpoint keeps (300000 files, 4 GB); name what need not be kept in .gitignore, or work in a smaller directory"
  )
  expect(said({ files: many.slice(1) }).tooMuch).toBe(null)
  expect(said({ files: Array.from({ length: 65 }, (_, index) => found(`f${index}`, FILE_BYTES_MAX)) }).tooMuch).toMatch(/^65 new files of 4\.1 GB together/)
})

test("sizes are told as people say them, never too small", () => {
  expect([0, 1023, 1024, 262_145, 1_048_576, 67_108_865, 4_294_967_297].map(sizeOf)).toEqual(["0 B", "1023 B", "1 kB", "257 kB", "1 MB", "64.1 MB", "4.1 GB"])
})
