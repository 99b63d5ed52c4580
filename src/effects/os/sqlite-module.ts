export type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"

/**
 * The one door to `node:sqlite`, which brings nothing else along: for processes that are to start quickly.
 * Loaded when first needed; its note that it is experimental, in older Nodes, is kept from the person, and no other.
 */
export const sqliteModule = (): typeof import("node:sqlite") => {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes("SQLite is an experimental feature")) emitWarning.call(process, warning, ...rest)
  }) as typeof process.emitWarning
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}
