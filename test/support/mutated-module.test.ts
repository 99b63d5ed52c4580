import { expect, test } from "vitest"
import { fault, mutatedModule } from "./mutated-module.ts"

const FILES = ["src/machine/policy/glob.ts"]
const GLOB = "machine/policy/glob.ts"
type Glob = typeof import("../../src/machine/policy/glob.ts")

test("a fault is in its own mutant and in no other", async () => {
  const sound = await mutatedModule<Glob>(FILES, [])
  const { edits } = fault("escapes what is not there", GLOB, "text.replaceAll(", "String(text + \"!\").replaceAll(")
  const faulty = await mutatedModule<Glob>(FILES, edits)
  expect([sound, faulty, await mutatedModule<Glob>(FILES, [])].map(({ escapeGlob }) => escapeGlob("*"))).toEqual(["\\*", "\\*!", "\\*"])
})

test("a text that is not there, or more than once, and a file that is no part of it make no mutant", async () => {
  const said = async (file: string, find: string) => await mutatedModule(FILES, [{ file, find, put: "" }]).catch(({ message }: Error) => message.split(";")[0])
  expect([await said(GLOB, "no such text"), await said(GLOB, "const"), await said("machine/batch.ts", "const")]).toEqual([
    `put a fault into ${GLOB}: the text to replace occurs 0 times`,
    expect.stringMatching(/occurs \d+ times$/),
    "put a fault into machine/batch.ts: it is no part of what is tried"
  ])
})
