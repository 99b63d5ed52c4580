import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Invocation } from "../invocation.ts"
import { bottomOf } from "./bottom.ts"
import { makeEditor, type Editor } from "./editor.ts"
import { readHistory, rememberLine } from "./history.ts"
import { suspend, takeKeyboard } from "./keyboard.ts"
import { makeScreen, type Screen } from "./screen.ts"
import type { Key, Talk } from "./talk.ts"

/** The person's keyboard and screen while a session lasts. */
export interface Terminal {
  readonly screen: Screen
  readonly editor: Editor
  readonly isEditing: () => boolean
  /** Gives screen and keyboard to somebody else, until what it gives back is called. */
  readonly lend: () => () => void
}

/** What the terminal tells, as it comes. */
export type Told =
  | { readonly type: "key"; readonly key: Key }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "resized" }

/** Takes the terminal over, and gives it back as it was when the scope ends. `stateDirectory` keeps the history. */
export const openTerminal = (
  { output }: Invocation,
  stateDirectory: string,
  tell: (told: Told) => void,
  talk: () => Talk,
  inBackground: () => number
): Effect.Effect<Terminal, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const { stdin, stdout } = process
        const editor = makeEditor(stdout, readHistory(stateDirectory), (line) => {
          // Answers to questions are no messages, and nobody wants them back.
          if (talk().stage.name === "line") rememberLine(stateDirectory, line)
          tell({ type: "line", text: line })
        })
        const isEditing = (): boolean => editor.text() !== ""
        const screen = makeScreen(output.out, output.outLook, editor, () => bottomOf(talk(), isEditing(), inBackground()))
        const resized = (): void => tell({ type: "resized" })
        const take = (): (() => void) => {
          const release = takeKeyboard(stdin, stdout, {
            onPaste: (text) => tell({ type: "paste", text }),
            onKey: (key) => {
              if (key.ctrl && key.name === "z") return screen.hide(), suspend(stdin, stdout, resized)
              if (key.ctrl && key.name === "l") return screen.hide(), output.out("\u001b[2J\u001b[H"), resized()
              tell({ type: "key", key })
            }
          })
          stdout.on("resize", resized)
          return () => (stdout.off("resize", resized), release())
        }
        let release = take()
        const lend = (): (() => void) => {
          screen.hide()
          release()
          return () => {
            release = take()
            resized()
          }
        }
        return { terminal: { screen, editor, isEditing, lend }, close: () => (screen.close(), release()) }
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ terminal }) => terminal
  )
