import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Why something could not be done: what was tried, on what, what stood in the way, what to do. */
export class Problem extends Schema.TaggedError<Problem>()("Problem", { message: Schema.String }) {}

export const problem = (message: string): Problem => new Problem({ message })

/** Throws a problem from code that does not wait; `attempt` turns it into the error of an effect. */
export const refuse = (message: string): never => {
  throw problem(message)
}

/** Code that does not wait as an effect; `what` says what it tries, on what, should something foreign be thrown. */
export const attempt = <A>(what: string, run: () => A): Effect.Effect<A, Problem> =>
  Effect.try({ try: run, catch: (thrown) => problemOf(what, thrown) })

/** Any thrown thing as a problem; `what` says what was tried, on what. */
export const problemOf = (what: string, thrown: unknown): Problem =>
  thrown instanceof Problem ? thrown : problem(`${what}: ${reasonOf(thrown)}`)

/** What stood in the way, in words; the system's own code where there is no better one. */
export const reasonOf = (thrown: unknown): string => {
  const code = errorCode(thrown)
  if (code !== null) return WORDS_BY_CODE[code] ?? code
  return thrown instanceof Error && thrown.message !== "" ? thrown.message : String(thrown)
}

/** The words for a code of the system; anything else as it is. */
export const reasonOfCode = (code: string): string => WORDS_BY_CODE[code] ?? code

/** `ENOENT` and its like; `null` where the system did not say one. */
export const errorCode = (thrown: unknown): string | null =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : null

const WORDS_BY_CODE: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of the path is a file, not a directory",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
  EPERM: "the system does not permit it",
  EEXIST: "it exists already",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of the disk is used up",
  ENAMETOOLONG: "a name in the path is too long",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  EXDEV: "it lies on another file system",
  ENOTEMPTY: "the directory is not empty",
  ETXTBSY: "the program is running",
  EFBIG: "it is too large",
  EIO: "the disk failed",
  E2BIG: "the command is too long",
  EAGAIN: "the system has no process to spare",
  ENOMEM: "the memory is full"
}
