import * as fc from "fast-check"
import type { History } from "../../../src/effects/repo/history.ts"
import type { MapQuery } from "../../../src/effects/repo/rank.ts"
import type { Definition, FileSymbols, Import } from "../../../src/effects/repo/symbols.ts"

/** A function that a file gives out. */
export const definition = (name: string, more: Partial<Definition> = {}): Definition => ({
  name, kind: "function", line: 1, endLine: 1, signature: `export const ${name} = ()`, scope: null, exported: true, ...more
})

/** A file of a language that is read: what it defines, the names it uses once each, the files it imports. */
export const file = (path: string, defines: readonly (string | Definition)[] = [], uses: readonly string[] = [], imports: readonly string[] = []): FileSymbols => ({
  path,
  hash: path,
  bytes: 100,
  language: "typescript",
  definitions: defines.map((one, index) => (typeof one === "string" ? definition(one, { line: index + 1, endLine: index + 1 }) : one)),
  references: uses.toSorted().map((name) => ({ name, count: 1 })),
  imports: imports.map((target): Import => ({ specifier: `./${target}`, names: [], file: target })),
  fault: null
})

const NAMES = ["parseUrl", "parse_route", "Router", "routeOf", "sendMail", "mailQueue", "Session", "sessionStore", "useTheme", "colour", "x", "_hidden"]
const FOLDERS = ["", "src/", "src/http/", "src/mail/", "test/", "docs of it/"]
const PARTS = ["router", "url", "mail", "session", "theme", "index", "readme"]
const WORDS = ["fix the router", "parseUrl loses the query", "mail", "sessions are forgotten", "src/mail/mail.ts", "", "nothing of all this", "url.ts:12:3 broke"]

const hostile = fc.string({ unit: "binary", maxLength: 60 })
const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: hostile.filter((text) => text !== "") })
const path = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...PARTS), fc.nat(30), fc.constantFrom(".ts", ".test.ts", ".py", ""))
      .map(([folder, part, n, end]) => `${folder}${part}${n === 0 ? "" : n}${end}`)
  },
  { weight: 1, arbitrary: hostile.filter((text) => text !== "" && !text.includes("\0")) }
)

const someDefinition: fc.Arbitrary<Definition> = fc.record({
  name,
  kind: fc.constantFrom("class" as const, "function" as const, "method" as const, "constant" as const),
  line: fc.integer({ min: 1, max: 50 }),
  endLine: fc.integer({ min: 1, max: 90 }),
  signature: fc.oneof(name.map((one) => `export function ${one}(a: number): void`), hostile, fc.string({ maxLength: 300 })),
  scope: fc.option(fc.constantFrom("Router", "Session", "Router.Session"), { nil: null }),
  exported: fc.constantFrom(true, false, null)
})

/** Files with names that are used and imported among them, some of them made to do harm; the paths are all different. */
export const repositories: fc.Arbitrary<readonly FileSymbols[]> = fc
  .uniqueArray(
    fc.record({
      path,
      definitions: fc.array(someDefinition, { maxLength: 12 }),
      uses: fc.uniqueArray(name, { maxLength: 8 }),
      imports: fc.array(fc.nat(), { maxLength: 4 }),
      read: fc.boolean()
    }),
    {
      selector: (one) => one.path,
      maxLength: 40
    }
  )
  .map((drafts) =>
    drafts.map(({ path, definitions, uses, imports, read }) => ({
      ...file(path, definitions.toSorted((a, b) => a.line - b.line), uses, imports.map((n) => (drafts[n % drafts.length] as { path: string }).path)),
      language: read ? ("typescript" as const) : null
    }))
  )

export const histories = (files: readonly FileSymbols[]): fc.Arbitrary<History> =>
  files.length === 0
    ? fc.constant([])
    : fc.array(fc.record({ subject: fc.constantFrom(...WORDS), files: fc.uniqueArray(fc.constantFrom(...files.map(({ path }) => path)), { maxLength: 5 }) }), { maxLength: 12 })

export const queries = (files: readonly FileSymbols[]): fc.Arbitrary<MapQuery> =>
  fc.record({
    words: fc.oneof(fc.constantFrom(...WORDS), hostile),
    trouble: fc.constantFrom(...WORDS),
    touched: files.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...files.map(({ path }) => path)), { maxLength: 4 })
  })

/** A repository with a history and what is asked of it. */
export const asked = repositories.chain((files) => fc.record({ files: fc.constant(files), history: histories(files), query: queries(files) }))
