import { openFullScreen } from "../../../../src/interfaces/cli/replay/screen.ts"

/** A full screen that breaks when it is asked to: at a key, while it is drawn, or from a timer. */

const said = (fault: unknown): void => {
  process.stderr.write(`${(fault as Error).message}\n`)
  process.exit(1)
}
process.on("uncaughtException", said)

let broken = false
const screen = openFullScreen(process.stdin, process.stdout, {
  lines: () => {
    if (broken) throw new Error("a row was too odd")
    return ["all is well"]
  },
  onKey: ({ text }) => {
    if (text === "k") throw new Error("a key was too odd")
    if (text === "d") {
      broken = true
      screen.refresh()
    }
    if (text === "t") {
      setTimeout(() => {
        throw new Error("a timer was too odd")
      })
    }
  },
  onFault: (fault) => {
    screen.close()
    said(fault)
  }
})
