/** What a regression test shall say about a log that stands beside it. */
export interface TestOf {
  /** Name of the log's file, without a folder. */
  readonly fixture: string
  readonly runner: "vitest" | "node"
  /** Whether `loom/replay` can be imported where the test stands; else the binary is called. */
  readonly imports: boolean
  /** An expression, and the number of the event at which it holds first; `null` where it holds at none. */
  readonly when: { readonly text: string; readonly n: number | null } | null
  /** A command that shall succeed, and the folder it is run in, as seen from the test. */
  readonly check: { readonly command: string; readonly folder: string } | null
}

/** The file of the test: plain JavaScript that `vitest` and `node --test` run as it is. */
export const testText = (wanted: TestOf): string => `${[...head(wanted), ...binary(wanted), ...tests(wanted)].join("\n")}\n`

const head = ({ fixture, runner, imports, when, check }: TestOf): readonly string[] => [
  "// Written by `loom test`. The log beside it is a whole session; the machine decides anew on each of its events.",
  ...(runner === "node" ? ['import assert from "node:assert/strict"'] : []),
  ...(imports && check === null
    ? []
    : [
        `import { ${[...(imports ? [] : ["execFileSync"]), ...(check === null ? [] : ["spawnSync"])].join(", ")} } from "node:child_process"`
      ]),
  ...(runner === "node" ? ['import { test } from "node:test"'] : []),
  'import { fileURLToPath } from "node:url"',
  ...(imports ? [`import { ${when === null ? "" : "firstEventWhere, "}verifyLogFile } from "loom/replay"`] : []),
  ...(runner === "vitest" ? ['import { expect, test } from "vitest"'] : []),
  "",
  `const log = fileURLToPath(new URL(${JSON.stringify(`./${fixture}`)}, import.meta.url))`,
  ""
]

/** Without the package, the binary says the same; LOOM_BIN names it where it is not on the path. */
const binary = ({ imports, when }: TestOf): readonly string[] =>
  imports
    ? []
    : [
        "/** What `loom` says of the log; it leaves with 1 where that is bad news. */",
        "const loom = (...words) => {",
        "  try {",
        '    return JSON.parse(execFileSync(process.env.LOOM_BIN ?? "loom", [...words, "--json", "--quiet"], { encoding: "utf8" }))',
        "  } catch (error) {",
        "    if (!error.stdout) throw error",
        "    return JSON.parse(error.stdout)",
        "  }",
        "}",
        'const verifyLogFile = (file) => loom("verify", file)',
        ...(when === null ? [] : ['const firstEventWhere = (file, expression) => loom("bisect", file, "--when", expression).first?.n ?? null']),
        ""
      ]

const tests = ({ fixture, runner, when, check }: TestOf): readonly string[] => {
  const equal = (actual: string, expected: string): string =>
    runner === "node" ? `  assert.deepEqual(${actual}, ${expected})` : `  expect(${actual}).toEqual(${expected})`
  return [
    `test(${JSON.stringify(`Loom decides on ${fixture} as it did`)}, () => {`,
    "  const { verdict, message } = verifyLogFile(log)",
    equal('verdict === "exact" || verdict === "compatible" ? "it does" : message', '"it does"'),
    "})",
    ...(when === null
      ? []
      : [
          "",
          `test(${JSON.stringify(`${when.text} ${when.n === null ? "never holds" : `holds first at event ${when.n}`}`)}, () => {`,
          equal(`firstEventWhere(log, ${JSON.stringify(when.text)})`, String(when.n)),
          "})"
        ]),
    ...(check === null
      ? []
      : [
          "",
          `test(${JSON.stringify(`${check.command} succeeds`)}, () => {`,
          `  const cwd = fileURLToPath(new URL(${JSON.stringify(check.folder)}, import.meta.url))`,
          `  const ran = spawnSync("sh", ["-c", ${JSON.stringify(check.command)}, "sh", log], { cwd, env: { ...process.env, LOOM_LOG: log }, encoding: "utf8" })`,
          equal("[ran.status, ran.status === 0 ? \"\" : ran.stdout + ran.stderr]", '[0, ""]'),
          "})"
        ])
  ]
}
