import { expect } from "vitest"

type Run = (...args: any[]) => unknown

export interface Case {
  readonly name: string
  readonly run: () => unknown
}

/** The cases of a test file, and what it begins before and ends after them. */
export interface Table {
  readonly cases: Case[]
  readonly begin: (() => unknown)[]
  readonly end: (() => unknown)[]
}

/** The words of `vitest` for a test file of which nothing shall run: each case is noted in the table. */
export const collectingInto = ({ cases, begin, end }: Table) => {
  const add = (name: string, ...rest: readonly unknown[]): void => void cases.push({ name, run: () => runOf(rest)() })
  const each = (rows: readonly unknown[]) => (name: string, ...rest: readonly unknown[]): void =>
    rowsOf(rows, runOf(rest), (run, index) => void cases.push({ name: `${name} (${index + 1})`, run }))
  const conditional = (holds: boolean) => (holds ? test : Object.assign(() => {}, { each: () => () => {} }))
  const test = Object.assign(add, { each, concurrent: Object.assign(add, { each }), runIf: conditional, skipIf: (skips: boolean) => conditional(!skips) })
  const describe = Object.assign((_: string, ...rest: readonly unknown[]) => void runOf(rest)(), {
    each: (rows: readonly unknown[]) => (_: string, run: Run) => rowsOf(rows, run, (one) => void one())
  })
  const later = (list: (() => unknown)[]) => (run: Run) => void list.push(run)
  return { expect, test, it: test, describe, beforeAll: later(begin), afterAll: later(end), onTestFinished: later(end) }
}

const runOf = (rest: readonly unknown[]): Run => rest.find((each) => typeof each === "function") as Run

const rowsOf = (rows: readonly unknown[], run: Run, take: (run: () => unknown, index: number) => void): void =>
  rows.forEach((row, index) => take(() => run(...(Array.isArray(row) ? row : [row])), index))
