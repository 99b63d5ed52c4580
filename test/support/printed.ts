import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { repository } from "./source.ts"

/**
 * The part of a document that is printed from the code, between `<!-- name: … -->` and `<!-- end -->`.
 * With UPDATE_SPECS=1 it is written anew; without, a document that differs makes its test fail.
 */
export const printedPart = (document: string, name: string, printed: string): { readonly written: string; readonly printed: string } => {
  const path = join(repository, document)
  const text = readFileSync(path, "utf8")
  const begins = text.indexOf(`<!-- ${name}:`)
  const from = text.indexOf("-->\n", begins) + "-->\n".length
  const to = text.indexOf("<!-- end -->", from)
  if (begins < 0 || to < 0) throw new Error(`read ${document}: it has no part named ${name}; put <!-- ${name}: … --> and <!-- end --> where it belongs`)
  if (process.env["UPDATE_SPECS"] === "1") writeFileSync(path, `${text.slice(0, from)}${printed}${text.slice(to)}`)
  return { written: process.env["UPDATE_SPECS"] === "1" ? printed : text.slice(from, to), printed }
}

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`.replaceAll(/ {2,}\|/g, " |")).join("")
