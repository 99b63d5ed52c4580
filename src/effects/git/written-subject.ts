import * as Effect from "effect/Effect"
import type { ReportedUsage } from "../../machine/session.ts"
import { redactWith } from "../secrets/redact.ts"
import type { SubjectWriter } from "./subject-writer.ts"
import { SUBJECT_LENGTH_MAX } from "./subject.ts"

/** A commit waits so long for its subject. Units: ms. */
const WAIT_MS = 5_000

/** A subject, or why the model has none; what it used either way, as far as it is known. */
export interface WrittenSubject {
  readonly subject: string | null
  readonly report: string | null
  readonly usage: ReportedUsage | null
}

/** Has a subject written for a diff. It never fails and is never late: what the model does not give is made from the names of the files. */
export const writtenSubject = (writer: SubjectWriter, diff: string, waitMs = WAIT_MS): Effect.Effect<WrittenSubject> =>
  writer.ask(`Write the subject of the commit with these changes.\n\n${diff}`).pipe(
    Effect.map(({ text, why, usage }): WrittenSubject => {
      const subject = why === null ? conventional(text) : null
      return { subject, report: subject === null ? without(why ?? "what it wrote is no conventional subject") : null, usage }
    }),
    Effect.timeoutOrElse({ duration: waitMs, orElse: () => Effect.succeed(none(`it had none within ${waitMs / 1000} s`)) }),
    Effect.catch(({ message }) => Effect.succeed(none(message)))
  )

const none = (why: string): WrittenSubject => ({ subject: null, report: without(why), usage: null })

const without = (why: string): string => `auto-commit: the subject is made without a model: ${why}`

const SUBJECT = /^(feat|fix|docs|test|refactor|perf|style|build|ci|chore|revert)(\([\w./ -]{1,30}\))?!?: \S/

/**
 * The subject in what a model answered, `null` where it is none: a file that it read may have told it what to say.
 * `conventional("`fix: round up`\n")  // => "fix: round up"`
 */
export const conventional = (answer: string): string | null => {
  const line = answer.trim().split("\n", 1)[0] ?? ""
  const subject = line.trim().replace(/^[`"']+|[`"'.]+$/g, "")
  return SUBJECT.test(subject)
    && subject.length <= SUBJECT_LENGTH_MAX
    && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(subject)
    && redactWith(process.env)(subject) === subject
    ? subject
    : null
}
