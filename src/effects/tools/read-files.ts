import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * Which version of a file a session saw last, so that it does not write over what it never saw.
 * Lives as long as the process; afterwards nothing counts as seen.
 */
export class ReadFiles extends Context.Service<
  ReadFiles,
  {
    readonly remember: (session: string, absolute: string, version: string) => void
    /** `null` where the session never saw the file. */
    readonly versionSeen: (session: string, absolute: string) => string | null
  }
>()("loom/ReadFiles") {
  static readonly layer = Layer.sync(ReadFiles, () => {
    const versions = new Map<string, string>()
    const key = (session: string, absolute: string): string => `${session}\0${absolute}`
    return {
      remember: (session, absolute, version) => void versions.set(key(session, absolute), version),
      versionSeen: (session, absolute) => versions.get(key(session, absolute)) ?? null
    }
  })
}
