import type { Subject } from "../../../src/machine/policy/permission-rule.ts"

/** A command in a folder, and whether an allow rule of the settings covers it there, and whether the same does that was approved for the session. */
export type FolderRow = readonly [rule: string, subject: Subject, byRule: boolean, byApproval: boolean]

export const RUN = { kind: "command", text: "./run.sh" } as const
const MAKE = { kind: "command", text: "make all" } as const

export const FOLDER_TABLE: readonly FolderRow[] = [
  // without a folder: the root, and what is no program of a folder everywhere, if it was a rule that said so
  ["shell(./run.sh)", RUN, true, true],
  ["shell(./run.sh)", { ...RUN, cwd: "sub" }, false, false],
  ["shell(./run.sh)", { ...RUN, cwd: null }, false, false],
  ["shell(./run.sh)", { ...RUN, cwd: "/elsewhere" }, false, false],
  ["shell(bin/*)", { kind: "command", text: "bin/x", cwd: "sub" }, false, false],
  ["shell('my bin/x')", { kind: "command", text: "'my bin/x'", cwd: "sub" }, false, false],
  ["shell(/bin/ls)", { kind: "command", text: "/bin/ls", cwd: "sub" }, true, false],
  ["shell(make *)", { ...MAKE, cwd: "sub" }, true, false],
  ["shell(make *)", { ...MAKE, cwd: null }, true, false],
  ["shell(*)", { ...RUN, cwd: "sub" }, true, true],
  ["shell", { ...RUN, cwd: null }, true, true],
  // with one: there and nowhere else
  ["shell(cd sub && ./run.sh)", { ...RUN, cwd: "sub" }, true, true],
  ["shell(cd ./sub && ./run.sh)", { ...RUN, cwd: "sub" }, true, true],
  ["shell(cd sub && ./run.sh)", RUN, false, false],
  ["shell(cd sub && ./run.sh)", { ...RUN, cwd: "sub/deep" }, false, false],
  ["shell(cd sub && ./run.sh)", { ...RUN, cwd: null }, false, false],
  ["shell(cd sub && ./run.sh)", { kind: "command", text: "./other.sh", cwd: "sub" }, false, false],
  ["shell(cd packages/* && npm *)", { kind: "command", text: "npm test", cwd: "packages/a" }, true, true],
  ["shell(cd packages/* && npm *)", { kind: "command", text: "npm test", cwd: "packages/a/b" }, false, false],
  ["shell(cd * && npm *)", { kind: "command", text: "./evil 'x && npm y'", cwd: "sub" }, false, false],
  ["shell(cd sub && git *)", { kind: "command", text: 'git "$x"', sure: "git", cwd: "sub" }, true, true],
  ["shell(cd * && ./run.sh)", RUN, false, false],
  ["shell(cd sub && git *x\")", { kind: "command", text: 'git "$x"', sure: "git", cwd: "sub" }, false, false],
  ["shell(cd sub && git log)", { kind: "command", text: 'git "$x"', sure: "git", cwd: "sub" }, false, false]
]
