import { compileExpression } from "../../../runtime/replay/expression.ts"
import type { Flags } from "../flags.ts"

/** How a log shall be replayed, as the flags say it. */
export interface ReplayWish {
  /** The event to begin with; `null`: the first. */
  readonly at: number | null
  readonly breaks: readonly string[]
  /** How fast it plays by itself; `null`: it does not. */
  readonly speed: number | null
}

/** Errors: a sentence, where a number is none, or a breakpoint cannot be read. */
export const wishOf = (flags: Flags): ReplayWish | string => {
  const at = flags.at === undefined ? null : wholeOf(flags.at)
  if (at !== null && Number.isNaN(at)) return `--at ${String(flags.at)} is no event; give a whole number from 1 on`
  const speed = flags.play === undefined ? null : speedOf(flags.play)
  if (speed !== null && Number.isNaN(speed)) return `--play ${String(flags.play)} is no speed; write it as --play 4x, or --play 0.5x for half of it`
  const breaks: readonly string[] = Array.isArray(flags.break) ? flags.break : []
  const wrong = breaks.map((text) => compileExpression(text)).find((read) => typeof read === "string")
  return wrong === undefined ? { at, breaks, speed } : `--break: ${wrong}`
}

const wholeOf = (text: Flags["at"]): number => (/^[1-9]\d*$/.test(String(text)) ? Number(text) : Number.NaN)

const speedOf = (text: Flags["play"]): number => {
  const digits = /^(\d+(?:\.\d+)?)x?$/i.exec(String(text))?.[1]
  const speed = digits === undefined ? Number.NaN : Number(digits)
  return speed > 0 ? speed : Number.NaN
}
