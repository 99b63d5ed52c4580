/**
 * Makes the cases that `npm run bench -- map --cases FILE` measures, from repositories on this machine:
 *
 *     node bench/map-cases.ts hono=/path/to/hono scrapy=/path/to/scrapy --count 240 > cases.json
 *     node bench/map-cases.ts loom=. --from a4fc256 > cases.json
 *
 * A case is a commit without merges that changed or removed 1 to 8 files of languages that are read: its words, and those files. Newest first.
 */
import { execFileSync } from "node:child_process"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { languageOf } from "../src/effects/repo/language.ts"

/** What a person asked for, in the words of the commit that did it, and which files it touched that were there before. */
export interface MapCase {
  readonly commit: string
  readonly parent: string
  readonly message: string
  readonly files: readonly string[]
}

export interface MapRepository {
  readonly name: string
  readonly checkout: string
  readonly cases: readonly MapCase[]
}

export interface MapCases {
  readonly repositories: readonly MapRepository[]
}

const FILES_MAX = 8
/** Further back is not looked for cases. */
const COMMITS_MAX = 5_000

export const casesOf = (checkout: string, from: string, countMax: number): readonly MapCase[] => {
  const log = execFileSync(
    "git",
    ["-C", checkout, "log", "--no-merges", "--no-renames", `--max-count=${COMMITS_MAX}`, "--format=%x01%H%x02%P%x02%B%x02", "--name-status", from],
    { encoding: "utf8", maxBuffer: 1 << 28 }
  )
  const cases = log.split("\x01").slice(1).flatMap((record) => caseIn(record) ?? [])
  return cases.slice(0, countMax)
}

const caseIn = (record: string): MapCase | null => {
  const [commit = "", parent = "", message = "", names = ""] = record.split("\x02")
  const files = names
    .trim()
    .split("\n")
    .map((line) => line.split("\t"))
    .flatMap(([status, path]) => (status !== "A" && path !== undefined && languageOf(path) !== null ? [path] : []))
  return parent === "" || files.length === 0 || files.length > FILES_MAX ? null : { commit, parent, message: message.trim(), files }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { count: { type: "string", default: "240" }, from: { type: "string", default: "HEAD" } }, allowPositionals: true })
  const repositories = positionals.map((word): MapRepository => {
    const [name = "", path = ""] = word.split("=")
    const checkout = resolve(path)
    return { name, checkout, cases: casesOf(checkout, values.from, Number(values.count)) }
  })
  console.log(JSON.stringify({ repositories } satisfies MapCases, null, 1))
}
