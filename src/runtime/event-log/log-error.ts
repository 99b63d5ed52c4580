import * as Schema from "effect/Schema"
import { SqlError } from "effect/sql/SqlError"
import { SQLITE, sqliteCode } from "../../effects/os/sqlite.ts"
import { reasonOf as inWords } from "../../effects/os/problem.ts"
import { whyUnwritten } from "../../effects/os/unwritten.ts"

/**
 * Why the log could not be read or written.
 * `held`: another process writes this session · `lost`: another took it over · `not-found` · `exists` · `full`: no space ·
 * `unwritable`: no permission, or a read-only log · `busy`: the database stayed locked · `damaged` · `newer`: a newer Loom wrote it ·
 * `closed`: the journal was closed before · `failed`: anything else.
 */
export class LogError extends Schema.TaggedError<LogError>()("LogError", {
  reason: Schema.Literals(["held", "lost", "not-found", "exists", "full", "unwritable", "busy", "damaged", "newer", "closed", "failed"]),
  message: Schema.String
}) {}

export type LogReason = LogError["reason"]

export const logError = (reason: LogReason, message: string): LogError => new LogError({ reason, message })

/** What went wrong below, as ours; `tried` says what was tried, on what. */
export const logErrorOf = (tried: string, cause: unknown): LogError => {
  if (cause instanceof LogError) return cause
  const reason = reasonOf(cause)
  return logError(reason, `${tried}: ${words(cause)}${ADVICE[reason] ?? ""}`)
}

/** Why a file or folder that somebody named could not be written, and what to do. */
export const unwritten = (tried: string, path: string, cause: unknown): LogError =>
  cause instanceof LogError ? cause : logError(reasonOf(cause), `${tried}: ${whyUnwritten(path, cause)}`)

const reasonOf = (cause: unknown): LogReason => {
  if (cause instanceof SqlError) return reasonOf(cause.reason.cause)
  const system = String((cause as { readonly code?: unknown } | null)?.code)
  if (system === "ENOSPC" || system === "EDQUOT") return "full"
  if (["EACCES", "EPERM", "EROFS", "ENOTDIR"].includes(system)) return "unwritable"
  if (system === "ENOENT") return "not-found"
  switch (sqliteCode(cause)) {
    case SQLITE.FULL:
      return "full"
    case SQLITE.READONLY:
    case SQLITE.CANTOPEN:
      return "unwritable"
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return "busy"
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return "damaged"
    default:
      return "failed"
  }
}

const ADVICE: Partial<Record<LogReason, string>> = {
  full: "; nothing that was acknowledged is lost: free some space and go on, or set LOOM_HOME to a directory on another disk",
  unwritable: "; set LOOM_HOME to a directory that can be written",
  busy: "; another process holds the database, try again when it is done",
  damaged: "; `loom doctor` names the file: move it away, and loom begins a new one"
}

const words = (cause: unknown): string => {
  if (cause instanceof SqlError) return words(cause.reason.cause)
  if ((cause as { readonly code?: unknown } | null)?.code === "EISDIR") return "it is a folder; name a file in it"
  if (!(cause instanceof Error)) return String(cause)
  return "syscall" in cause ? inWords(cause) : cause.message
}
