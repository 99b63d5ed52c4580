import { expect, test } from "vitest"
import { mutatedModule, type Edit } from "../../support/mutated-module.ts"
import { FOLDER_TABLE, type FolderRow } from "./folder-table.ts"

type Policy = typeof import("../../../src/machine/policy/permission-rule.ts") & typeof import("../../../src/machine/policy/permission.ts")

/** The rows that come out otherwise, by the rule and by the whole decision. */
const noticedBy = async (edits: readonly Edit[]): Promise<readonly FolderRow[]> => {
  const { coversRule, parseRule, decide } = await mutatedModule<Policy>(["src/machine/policy/permission-rule.ts", "src/machine/policy/permission.ts"], edits)
  return FOLDER_TABLE.filter(([rule, subject, byRule, byApproval]) => {
    const meant = parseRule(rule)
    if (meant === null || subject.kind !== "command") return true
    const facts = { call: "call_1", changes: true, paths: [], commands: [{ ...subject, reads: false }], hosts: [] }
    const decided = decide("shell", facts, { rules: [], approvals: [rule], mode: "default", attended: true }).decision
    return coversRule(meant, "shell", subject) !== byRule || coversRule(meant, "shell", subject, true) !== byApproval || (decided === "allow") !== byApproval
  })
}

test("without a fault no row of the table comes out otherwise", async () => expect(await noticedBy([])).toEqual([]))

const RULE = "machine/policy/permission-rule.ts"
test.each<readonly [does: string, file: string, find: string, put: string]>([
  ["allows in every folder what was approved in one", "machine/policy/permission.ts", "coversRule(rule, tool, subject, true)", "coversRule(rule, tool, subject)"],
  ["takes a program of one folder for that of another", RULE, "!(approved || isNamedByPlace(subject.text))", "!approved"],
  ["takes what is the same program everywhere for one of a folder", RULE, 'word.includes("/") && !word.startsWith("/")', 'word.includes("/")'],
  ["does not see a place in quotes", RULE, '.replaceAll("\'", "")', '.split("\'")[0] ?? ""'],
  ["takes a folder that nobody can tell for the one that is allowed", RULE, "(cwd === null ? unsure :", "(cwd === null ? true :"],
  ["allows below a folder what is allowed in it", RULE, 'cwd ?? "", "path")', 'cwd ?? "", "text")'],
  ["reads a folder into the words of a command", RULE, "const patterns = [...(holdsHere ? [rule.pattern] : []), ...patternHere(rule.pattern, subject)]", 'const patterns = [...(holdsHere ? [rule.pattern] : []), ...patternHere(rule.pattern, subject), ...(subject.cwd === undefined ? [] : ["*" + rule.pattern.split("&&").at(-1) + "*"])]'],
  ["holds the rule of a folder at the root", RULE, "const meant = cwd === undefined ? null : inFolder(pattern)", "const meant = inFolder(pattern)"],
  ["covers words that are not known", RULE, "sure === undefined ? matchesCommand(pattern, text) : endsInRun(plainCommand(pattern)) && matchesCommand(pattern, sure)", "matchesCommand(pattern, text)"]
])("the table notices a machine that %s", async (_, file, find, put) => expect(await noticedBy([{ file, find, put }])).not.toEqual([]))
