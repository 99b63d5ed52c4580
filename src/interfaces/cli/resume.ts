import type { Command } from "./invocation.ts"
import { converse } from "./repl/repl.ts"

/** Goes on with a session as a conversation: the one that is named, or the newest of this folder. */
export const resume: Command = (invocation) => {
  const [id] = invocation.words
  return converse({ ...invocation, words: [], flags: { ...invocation.flags, ...(id === undefined ? { continue: true } : { resume: id }) } })
}
