import { join } from "node:path"
import * as Effect from "effect/Effect"
import { redactWith } from "../secrets/redact.ts"
import type { AgentFile } from "./agent-files.ts"
import { LINK, type ReadVersion } from "./commit-facts.ts"
import { contentOf } from "./read-file.ts"
import { unifiedDiff } from "./unified.ts"

/** So many files of a commit are told, and so much of each. Units: UTF-16 code units. */
const FILES_MAX = 20
const FILE_LENGTH_MAX = 3_000
const LENGTH_MAX = 12_000

/** What a commit changes, as much as is needed to name it, without secrets. */
export const commitDiff = Effect.fnUntraced(function* <E>(
  root: string,
  files: readonly AgentFile[],
  read: ReadVersion<E>
): Effect.fn.Return<string, E> {
  const parts: string[] = []
  for (const file of files.slice(0, FILES_MAX)) parts.push(yield* fileDiff(root, file, read))
  const more = files.length - parts.length
  const text = redactWith(process.env)([...parts, ...(more > 0 ? [`(${more} more files)`] : [])].join("\n").toWellFormed())
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX).toWellFormed()}\n(cut here)`
})

const fileDiff = Effect.fnUntraced(function*<E>(root: string, { path, before, after }: AgentFile, read: ReadVersion<E>): Effect.fn.Return<string, E> {
  const head = `${before === null ? "added" : after === null ? "deleted" : "edited"} ${path}`
  if (after === null) return head
  const old = before === null ? "" : (yield* read(before.oid)).toString("utf8")
  const now = contentOf(join(root, path), after.mode === LINK)?.toString("utf8") ?? ""
  if (old.includes("\0") || now.includes("\0")) return `${head} (binary)`
  const diff = yield* Effect.promise(() => unifiedDiff(path, old, now))
  return `${head}\n${diff.length <= FILE_LENGTH_MAX ? diff : `${diff.slice(0, FILE_LENGTH_MAX).toWellFormed()}\n(cut here)`}`
})
