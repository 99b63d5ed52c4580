import { fitted, span, type Shown } from "../shown.ts"

/** Every key of the player, as the help shows them. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["← → h l", "one event back, one on"],
  ["↑ ↓ k j", "one line of the story back, one on"],
  ["PgUp PgDn", "a page of the story"],
  ["Home End", "the first event, the last"],
  ["t T", "the next turn, the one before"],
  ["s S", "the next step (a request to the model)"],
  ["x X", "the next start or end of a tool"],
  ["e E", "the next error"],
  [": g", "to an event by its number"],
  ["/ \\", "find a text in the story, forwards or backwards"],
  ["n N", "find it again, the other way round with N"],
  ["b B", "set a breakpoint, as state=Error; B takes all away"],
  ["c C", "run to the next breakpoint, backwards with C"],
  ["p", "play as it streamed, or pause; + and - change the speed"],
  ["m", "mark this event: changes are shown from here on; again: no mark"],
  ["1 … 7 Tab", "story, state, changes, event, actions, request, files"],
  ["J K", "scroll the pane; Ctrl-D and Ctrl-U by half of it"],
  ["r", "the request byte by byte, or readable"],
  ["?", "these keys, and back"],
  ["q Ctrl-C", "leave"]
]

const KEY_COLUMNS = 11

export const keyHelp = (): readonly Shown[] => [
  ...KEYS.map(([keys, words]) => fitted(span("strong", ` ${keys.padEnd(KEY_COLUMNS)}`), span("plain", words))),
  fitted(span("plain", "")),
  fitted(
    span("dim", " on the bar: "),
    span("strong", "●"),
    span("dim", " here  "),
    span("person", "┃"),
    span("dim", " turn  ┴ step  "),
    span("bad", "✗"),
    span("dim", " error  "),
    span("notice", "◆"),
    span("dim", " mark")
  )
]

/** The most useful keys, as many as fit. */
export const keyHints = (columns: number): Shown => {
  let room = columns - 1
  const spans = HINTS.flatMap(([key, words]) => {
    const needed = key.length + words.length + 3
    if (needed > room) return []
    room -= needed
    return [span("strong", ` ${key}`), span("dim", ` ${words} `)]
  })
  return fitted(...spans)
}

/** In the order of their use: a narrow terminal shows the first ones. */
const HINTS: readonly (readonly [string, string])[] = [
  ["?", "keys"],
  ["q", "quit"],
  ["←→", "event"],
  ["↑↓", "line"],
  ["t", "turn"],
  ["s", "step"],
  ["e", "error"],
  ["/", "find"],
  ["Tab", "pane"],
  ["p", "play"],
  ["x", "tool"],
  [":", "event"],
  ["b", "break"],
  ["c", "run"],
  ["m", "mark"]
]
