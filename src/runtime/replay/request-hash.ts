import { createHash, type Hash } from "node:crypto"
import { hashRequest } from "../../effects/llm/request-hash.ts"
import { modelFacts } from "../../machine/model.ts"
import { canonicalRequest, render, type Message } from "../../machine/request.ts"
import type { CallingLlm } from "../../machine/state.ts"
import { slice } from "../../machine/vector.ts"

/** Hashes the requests of one session as it is replayed. */
export interface RequestHashes {
  /** Whether the request of this state has that hash. */
  readonly agrees: (state: CallingLlm, hash: string) => boolean
  /** The hash it really has, computed from the whole of it. */
  readonly of: (state: CallingLlm) => string
  /** The same from what is new of it. */
  readonly quick: (state: CallingLlm) => string
}

/**
 * Each request of a session begins with the one before, so only what is new of it is rendered and hashed: a replay stays linear
 * in the length of the log. Where that does not give the hash that is expected, the whole request decides.
 */
export const makeRequestHashes = (): RequestHashes => {
  let prefix: Prefix | null = null
  const of = (state: CallingLlm): string => hashRequest(canonicalRequest(state))
  const quick = (state: CallingLlm): string => {
    const key = keyOf(state)
    if (prefix === null || prefix.key !== key || prefix.count > state.session.transcript.length) prefix = beginning(state, key)
    extend(prefix, state)
    return digest(prefix)
  }
  return { of, quick, agrees: (state, hash) => quick(state) === hash || of(state) === hash }
}

/** The request so far, up to the end of the last message's content, which may still grow. */
interface Prefix {
  readonly key: string
  readonly running: Hash
  readonly images: boolean
  /** How many entries of the transcript it holds. */
  count: number
  /** Of the last message; `null` where there is none yet. */
  role: Message["role"] | null
}

/** What must be equal for one request to begin with another. */
const keyOf = ({ session, call }: CallingLlm): string =>
  JSON.stringify([call.model, modelFacts(session, call.model), session.settings.limits.outputTokensMax, session.window.base, session.window.marker])

const beginning = (state: CallingLlm, key: string): Prefix => {
  const { messages: _, ...head } = canonicalRequest({
    ...state,
    session: { ...state.session, window: { ...state.session.window, base: state.session.transcript.length, marker: null } }
  })
  const running = createHash("sha256").update(`${JSON.stringify(head).slice(0, -1)},"messages":[`)
  const { window } = state.session
  const images = modelFacts(state.session, state.call.model)?.images ?? false
  const prefix: Prefix = { key, running, images, count: window.base, role: null }
  if (window.marker !== null) add(prefix, { role: "user", content: [{ type: "text", text: window.marker.text }] })
  return prefix
}

const extend = (prefix: Prefix, { session, call }: CallingLlm): void => {
  for (const entry of slice(session.transcript, prefix.count)) {
    const message = render(entry, call.model, prefix.images)
    if (message !== null) add(prefix, message)
  }
  prefix.count = session.transcript.length
}

/** Neighbours of one role are joined, as in the request itself. */
const add = (prefix: Prefix, { role, content }: Message): void => {
  const text = JSON.stringify(content).slice(1, -1)
  const { running, role: last } = prefix
  if (last === role) running.update(",")
  else running.update(`${last === null ? "" : "]},"}{"role":"${role}","content":[`)
  running.update(text)
  prefix.role = role
}

const digest = ({ running, role }: Prefix): string =>
  running
    .copy()
    .update(role === null ? "]}" : "]}]}")
    .digest("hex")
