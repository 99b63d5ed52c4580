import type { CallFacts } from "../../../src/machine/event.ts"

/** Facts of calls as vetting finds them, one of each kind the machine tells apart; the plainest first. */
export const FACTS: readonly Omit<CallFacts, "call">[] = [
  { changes: false, paths: [{ path: "src/a.ts", access: "read", inside: true }], commands: [], hosts: [] },
  { changes: true, paths: [{ path: "src/a.ts", access: "write", inside: true }], commands: [], hosts: [] },
  { changes: true, paths: [], commands: [{ text: "rm -rf build", reads: false }], hosts: [] },
  { changes: false, paths: [], commands: [{ text: "git status", reads: true }, { text: "ls", reads: true }], hosts: [] },
  { changes: true, paths: [], commands: "unparsed", hosts: [] },
  { changes: false, paths: [], commands: [], hosts: [], question: { text: "which?", options: ["a", "b"] } },
  { changes: false, paths: [], commands: [], hosts: [], invalid: "no such tool" },
  { changes: true, paths: [{ path: ".env", access: "write", inside: true }], commands: [], hosts: [] },
  { changes: false, paths: [{ path: "/etc/passwd", access: "read", inside: false }], commands: [], hosts: [] },
  { changes: false, paths: [], commands: [], hosts: ["example.com"] },
  {
    changes: true,
    paths: [],
    commands: [{ text: "npm test", reads: false }],
    touched: [{ path: "src/a.ts", access: "read", inside: true, unsure: true }],
    hosts: [],
    sandboxed: true
  },
  {
    changes: true,
    paths: [{ path: "src/b.ts", access: "write", inside: true }],
    commands: [],
    hosts: [],
    hook: { decision: "allow", reason: "fine" }
  },
  {
    changes: false,
    paths: [{ path: "src/c.ts", access: "read", inside: true }],
    commands: [],
    hosts: [],
    hook: { decision: "deny", reason: "no" }
  },
  { changes: false, paths: [], commands: [], hosts: [], hook: { decision: "ask", reason: "sure?" } },
  { changes: true, paths: [], commands: [], hosts: [] },
  { changes: true, paths: [{ path: "src/a.ts", access: "read", inside: true }], commands: [], hosts: [] }
]
