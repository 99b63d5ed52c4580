import type { Look } from "../../view/paint.ts"
import { painted } from "../../view/paint.ts"
import { breakpointOf, soughtBack, soughtOn } from "../../view/player/breakpoint.ts"
import { stepTrees, treesKey, type StepTrees } from "../../view/player/files-pane.ts"
import { GAP_MAX_MS, makeFrames } from "../../view/player/frame.ts"
import { makePlayer, type FilesShown, type Played, type Player, type PromptKind } from "../../view/player/player.ts"
import { playedOn } from "../../view/player/playing.ts"
import type { ScreenRow } from "../../view/player/rows.ts"
import type { Tape } from "../../view/player/tape.ts"
import type { Key } from "../repl/talk.ts"
import { askedBy, type Asked } from "./keys.ts"
import { openFullScreen, type Size } from "./screen.ts"

/** What a show needs from outside. */
export interface ShowOptions {
  readonly look: () => Look
  /** What the files differ in between two checkpoints. */
  readonly compare: (trees: StepTrees) => Promise<FilesShown>
  /** The person leaves, at this event. */
  readonly onLeave: (interrupted: boolean, player: Player) => void
  readonly onFault: (fault: unknown) => void
}

/** Plays a log on the whole screen until the person leaves; what it gives back ends it before. */
export const openShow = (tape: Tape, start: Player, options: ShowOptions): (() => void) => {
  const { stdin, stdout } = process
  const store = makePlayer(tape, start)
  const frames = makeFrames(tape)
  const player = (): Player => store.get().context
  const size = (): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
  const send = (played: Played): void => store.send({ type: "played", played })
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (fault) {
      options.onFault(fault)
    }
  }

  const hear = (key: Key): void => {
    for (const asked of askedBy(player(), key, size(), () => frames.scrollMax(player(), size()))) answer(asked)
  }
  const answer = (asked: Asked): void => {
    switch (asked.type) {
      case "played":
        return send(asked.played)
      case "leave":
        return options.onLeave(asked.interrupted, player())
      case "entered":
        return entered(asked.kind, asked.text)
    }
  }
  const entered = (kind: PromptKind, text: string): void => {
    switch (kind) {
      case "event":
        return send({ type: "moved", move: { type: "to", event: /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN } })
      case "find":
      case "find-back":
        return send({ type: "searched", search: { text, backwards: kind === "find-back" } })
      case "break": {
        const breakpoint = breakpointOf(text)
        return send(typeof breakpoint === "string" ? { type: "said", message: breakpoint } : { type: "breakpointSet", breakpoint })
      }
    }
  }

  // ── what goes on by itself ───────────────────────────────────────────────────────────────────────────────────

  let clock: { readonly timer: NodeJS.Timeout; at: number; left: number } | null = null
  const keepClock = (playing: boolean): void => {
    if (playing && clock === null) clock = { timer: setInterval(() => guarded(tick), TICK_MS), at: performance.now(), left: 0 }
    if (playing || clock === null) return
    clearInterval(clock.timer)
    clock = null
  }
  const tick = (): void => {
    if (clock === null) return
    const now = performance.now()
    const { position, speed, breakpoints } = player()
    const to = playedOn(tape.rows, position, clock.left + now - clock.at, speed, GAP_MAX_MS)
    Object.assign(clock, { at: now, left: to.left })
    if (to.position === position) return
    const stop = soughtOn(tape, breakpoints, position, to.position - position)
    send({ type: "playedTo", event: stop.type === "stopped" ? stop.event : to.position })
    if (stop.type === "stopped") send({ type: "playTurned" })
  }

  let seeker: NodeJS.Immediate | null = null
  const keepSeeker = (): void => {
    if (player().seeking === null || seeker !== null) return
    seeker = setImmediate(() => {
      seeker = null
      guarded(seek)
    })
  }
  const seek = (): void => {
    const { seeking, breakpoints } = player()
    if (seeking === null) return
    const sought = (seeking.by === 1 ? soughtOn : soughtBack)(tape, breakpoints, seeking.at, SEEK_EVENTS)
    switch (sought.type) {
      case "stopped":
        return send({ type: "seekEnded", event: sought.event })
      case "failed":
        send({ type: "seekEnded", event: null })
        return send({ type: "said", message: sought.message })
      case "passed":
        return send(
          sought.event === (seeking.by === 1 ? tape.rows.length : 1)
            ? { type: "seekEnded", event: null }
            : { type: "soughtTo", event: sought.event }
        )
    }
  }

  const askForFiles = (): void => {
    const { pane, position, filesByTrees } = player()
    const trees = pane === "files" ? stepTrees(tape, position) : ""
    if (typeof trees === "string" || filesByTrees[treesKey(trees)] !== undefined || trees.before.tree === trees.after.tree) return
    send({ type: "filesCame", trees: treesKey(trees), files: { type: "coming" } })
    void options.compare(trees).then((files) => guarded(() => send({ type: "filesCame", trees: treesKey(trees), files })))
  }

  /** States are made ahead while nobody presses a key, so that no later jump has far to go. */
  let ahead: NodeJS.Immediate | null = null
  const stepAhead = (n: number): void => {
    if (n > tape.rows.length || typeof tape.momentAt(n) === "string") return
    ahead = setImmediate(() => guarded(() => stepAhead(n + AHEAD_EVENTS)))
  }

  const screen = openFullScreen(stdin, stdout, {
    lines: (now) => frames.of(player(), now).map((row) => paintedRow(row, options.look())),
    onKey: hear,
    onFault: options.onFault
  })
  const subscription = store.subscribe(() => {
    screen.refresh()
    keepClock(player().playing)
    keepSeeker()
    askForFiles()
  })
  keepClock(start.playing)
  ahead = setImmediate(() => guarded(() => stepAhead(AHEAD_EVENTS)))
  return () => {
    subscription.unsubscribe()
    keepClock(false)
    if (seeker !== null) clearImmediate(seeker)
    if (ahead !== null) clearImmediate(ahead)
    screen.close()
  }
}

/** As often as a person can see. Units: ms. */
const TICK_MS = 33
/** So many events are looked at between two looks at the keyboard. */
const SEEK_EVENTS = 1024
const AHEAD_EVENTS = 4096

const paintedRow = (row: ScreenRow, look: Look): string => row.map(({ tone, text }) => painted(tone, text, look)).join("")
