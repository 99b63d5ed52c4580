import { isEnd, type Delta, type OnPiece, type Piece } from "./piece.ts"

/** How long a frame may wait for more, and how large it may grow. Units: ms; letters (UTF-16). */
export const FRAME_MS = 16
export const FRAME_LETTERS = 1024

/** Gathers neighbouring deltas into frames. Nothing is lost and the order is kept: what `push` took and has not given on, `flush` gives. */
export interface Framer {
  readonly push: OnPiece
  readonly flush: () => void
}

/** `waiting` is told when the first piece of a frame came, so that somebody flushes it in time. */
export const framer = (give: OnPiece, waiting: () => void): Framer => {
  let frame: Delta | null = null
  const flush = (): void => {
    const full = frame
    frame = null
    if (full !== null) give(full)
  }
  const push = (piece: Piece): void => {
    if (isEnd(piece)) {
      flush()
      give(piece)
      return
    }
    const merged: Delta | null = frame === null ? null : merge(frame, piece)
    if (merged === null) {
      flush()
      waiting()
    }
    frame = merged ?? piece
    if (lettersOf(frame) >= FRAME_LETTERS) flush()
  }
  return { push, flush }
}

/** Two neighbours as one, or `null` where they must stay apart. */
export const merge = (frame: Delta, piece: Delta): Delta | null => {
  switch (piece.type) {
    case "LlmTextDelta":
      return frame.type === "LlmTextDelta" ? { ...frame, ...piece, text: frame.text + piece.text } : null
    case "LlmThinkingDelta":
      // A signature closes its block, and hidden thinking is a block of its own.
      return frame.type === "LlmThinkingDelta" && frame.signature === undefined && frame.redacted !== true && piece.redacted !== true
        ? { ...frame, ...piece, text: frame.text + piece.text }
        : null
    case "LlmToolCallDelta":
      return frame.type === "LlmToolCallDelta" && frame.index === piece.index && piece.name === undefined
        ? { ...frame, ...piece, arguments: frame.arguments + piece.arguments }
        : null
  }
}

const lettersOf = (frame: Delta): number => (frame.type === "LlmToolCallDelta" ? frame.arguments.length : frame.text.length)
