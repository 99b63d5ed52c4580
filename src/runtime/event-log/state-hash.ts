import { createHash, hash, type Hash } from "node:crypto"
import type { State } from "../../machine/state.ts"
import { slice } from "../../machine/vector.ts"
import { canonicalJson } from "./canonical.ts"

/** How far the transcript is digested: so many entries, chained one to the other. */
export interface TranscriptDigest {
  readonly count: number
  readonly digest: string
}

/** Hashes the states of one session as it goes on. */
export interface StateHash {
  readonly of: (state: State) => string
  readonly transcript: () => TranscriptDigest
}

/**
 * What is hashed of a state. `digested` is written today; `spelled` was before: no text by its digest, and the settings as they are.
 * A form that a log was sealed in once can be read for ever.
 */
export type StateForm = "digested" | "spelled"

export const EMPTY_TRANSCRIPT: TranscriptDigest = { count: 0, digest: "" }

/**
 * The hash is SHA-256 of the state as canonical JSON, with some parts replaced by their digests: the transcript by that of its closed
 * entries; what the session was opened with, the facts of the models and the settings by their own; the text that is streaming, and
 * other long texts, by theirs. Each is carried along from seal to seal, so that the cost does not grow with the session or the answer.
 */
export const makeStateHash = (from: TranscriptDigest = EMPTY_TRANSCRIPT, form: StateForm = "digested"): StateHash => {
  let transcript = from
  const quoted = QUOTED_BY_FORM[form]
  const fixed = memoized((value) => sha256(canonicalJson(value, quoted)))
  const streamedDigest = makeStreamedDigest()
  return {
    of: (state) => {
      transcript = extended(transcript, state, quoted)
      const { opened, modelsByName, settings } = state.session
      // The machine that decides is no part of what it decided: a log that says none is tried under several.
      const { machine: _, ...held } = state.session
      const session = {
        ...held,
        transcript,
        opened: fixed(opened),
        modelsByName: fixed(modelsByName),
        settings: form === "digested" ? fixed(settings) : settings
      }
      return sha256(
        canonicalJson("streamed" in state ? { ...state, session, streamed: streamedDigest(state) } : { ...state, session }, quoted)
      )
    },
    transcript: () => transcript
  }
}

/** The digest over the entries since; from the first, where the transcript is not a longer one of the same. */
const extended = (known: TranscriptDigest, { session }: State, quoted: Quoted): TranscriptDigest => {
  const { count, digest } = known.count <= session.transcript.length ? known : EMPTY_TRANSCRIPT
  const next = slice(session.transcript, count).reduce((before, entry) => sha256(before + canonicalJson(entry, quoted)), digest)
  return { count: session.transcript.length, digest: next }
}

/** Units: UTF-16. A longer text stands in the JSON by its digest: to escape it would cost more than to hash it. */
const TEXT_LENGTH_MAX = 1000

const digested = (text: string): string =>
  text.length > TEXT_LENGTH_MAX && text.isWellFormed() ? `{"sha256":"${sha256(text)}"}` : JSON.stringify(text)

type Quoted = (text: string) => string

const QUOTED_BY_FORM: Readonly<Record<StateForm, Quoted>> = { digested, spelled: JSON.stringify }

type Streaming = Extract<State, { readonly streamed: string }>

/** While one block streams its text only grows, so only what is new of it is hashed. */
const makeStreamedDigest = (): ((state: Streaming) => string) => {
  let call: Streaming["call"] | null = null
  let length = 0
  let running: Hash = createHash("sha256")
  return (state) => {
    if (state.call !== call || state.streamed.length < length) {
      call = state.call
      length = 0
      running = createHash("sha256")
    }
    running.update(state.streamed.slice(length), "utf16le")
    length = state.streamed.length
    return running.copy().digest("hex")
  }
}

const memoized = (digest: (value: object) => string): ((value: object) => string) => {
  const digestByValue = new WeakMap<object, string>()
  return (value) => {
    const known = digestByValue.get(value)
    if (known !== undefined) return known
    const fresh = digest(value)
    digestByValue.set(value, fresh)
    return fresh
  }
}

const sha256 = (text: string): string => hash("sha256", text)
