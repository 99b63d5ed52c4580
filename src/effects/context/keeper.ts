import type { Entry, Session } from "../../machine/session.ts"
import { slice } from "../../machine/vector.ts"
import { sha256 } from "../os/blobs.ts"
import { keeperText, messagesOf, topicOf } from "./keeper-text.ts"

/** Holds what left the window of a session: entries `from` (included) to `to` (excluded) of its transcript, in full. */
export interface Keeper extends KeptSpan {
  readonly messages: readonly KeptMessage[]
}

/** What a keeper holds, in short. */
export interface KeptSpan {
  /** As the marker in the window says it; a fork keeps under the names of its parent. */
  readonly name: string
  readonly session: string
  /** That of the workspace, so that a later session of it finds it, too. */
  readonly project: string
  readonly from: number
  readonly to: number
  readonly topic: string
  /** SHA-256 of its text; empty where nobody knows whether what is kept is what was said. */
  readonly hash: string
  /** Units: ms since the epoch. */
  readonly at: number
}

/** One entry of a transcript as it is kept. */
export interface KeptMessage {
  /** Its place in the transcript, from 0. */
  readonly number: number
  /** Who said it, in words. */
  readonly speaker: string
  readonly text: string
  /** What it says besides, for a search alone. */
  readonly words: string
  /** Whether it only tells what is kept of others. */
  readonly repeats: boolean
}

/** The keeper of a part of a transcript. The same entries make the same keeper, whoever makes it. */
export const keeperOf = (session: Session, { name, project, from, to, at }: Pick<KeptSpan, "name" | "project" | "from" | "to" | "at">): Keeper => {
  const entries: readonly Entry[] = slice(session.transcript, from, to)
  const messages = messagesOf(entries, from)
  return { name, session: session.id, project, from, to, topic: topicOf(entries), hash: hashOf(messages), at, messages }
}

export const hashOf = (messages: readonly KeptMessage[]): string => sha256(keeperText(messages))

export const nameOf = (session: string, from: number, to: number): string => `${session}/${from}-${to}`
