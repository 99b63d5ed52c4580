import type { Figure } from "./measure.ts"

/** What a program reads of a figure, on one line. */
export const jsonOf = ({ name, ratio, floor, unit }: Figure): string => JSON.stringify({ name, ratio: rounded(ratio), floor: rounded(floor), unit })

export const heading = (): string => line("figure", "ratio", "limit", "floor", "what, against what")

/** One line for a person; what is over its limit is marked. */
export const rowOf = ({ name, ratio, floor, unit, limit, what }: Figure): string =>
  line(name, `${shown(ratio)}${ratio > limit ? " !" : "  "}`, shown(limit), `${shown(floor)} ${unit}`, what)

const line = (name: string, ratio: string, limit: string, floor: string, what: string): string =>
  `${name.padEnd(16)}${ratio.padStart(8)}${limit.padStart(8)}${floor.padStart(14)}   ${what}`

const rounded = (value: number): number => Number(value.toPrecision(4))

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
