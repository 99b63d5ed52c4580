import { afterAll, expect, test } from "vitest"
import type { Fault } from "../../support/mutated-module.ts"
import { editMutants, patchMutants } from "./edits.ts"
import { fileMutants, writeMutants } from "./files.ts"
import { hookMutants, matcherMutants } from "./hooks.ts"
import { pathMutants } from "./paths.ts"
import { globMutants, pathRuleMutants, ruleMutants } from "./rules.ts"
import { secretMutants } from "./secrets.ts"
import { shellMutants } from "./shell.ts"
import { endSoundTables, firstFailing, holdsWithout } from "./table.ts"
import { touchedMutants } from "./touched.ts"

/** Each table, and the faults in the code under it that one of its own cases must find. */
const TABLES: readonly (readonly [file: string, mutants: readonly Fault[]])[] = [
  ["test/effects/tools/edit-table.test.ts", editMutants],
  ["test/effects/tools/apply-patch.test.ts", patchMutants],
  ["test/effects/tools/shell/table.test.ts", shellMutants],
  ["test/effects/tools/shell/touched-table.test.ts", touchedMutants],
  ["test/effects/tools/path-table.test.ts", pathMutants],
  ["test/effects/os/file.test.ts", fileMutants],
  ["test/effects/tools/file-write.test.ts", writeMutants],
  ["test/effects/secrets/redact.test.ts", secretMutants],
  ["test/machine/policy/permission-rule.test.ts", ruleMutants],
  ["test/machine/policy/glob.test.ts", globMutants],
  ["test/runtime/rule-words.test.ts", pathRuleMutants],
  ["test/effects/hooks/contract.test.ts", hookMutants],
  ["test/effects/hooks/matcher.test.ts", matcherMutants]
]

afterAll(endSoundTables)

for (const [file, mutants] of TABLES) {
  test.each(mutants.map((mutant) => [mutant.does, mutant] as const))(`${file} notices code that %s`, async (does, mutant) => {
    const found = await firstFailing(file, mutant)
    if (found === null) throw new Error(`every case of ${file} holds over code that ${does}`)
    expect([found.name, await holdsWithout(file, found.index)]).toEqual([found.name, true])
    if (process.env["LOOM_RUNS"] !== undefined) console.log(`| ${file} | ${does} | ${found.name} |`)
  })
}
