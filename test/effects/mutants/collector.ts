/** The words of `vitest` as tables use them: nothing runs, each case is noted for `table.ts`. */

type Run = (...args: any[]) => unknown

const { cases, begin, end, expect: real } = (globalThis as unknown as { readonly loomTable: { readonly cases: { name: string; run: () => unknown }[]; readonly begin: Run[]; readonly end: Run[]; readonly expect: unknown } }).loomTable

export const expect = real

const add = (name: string, ...rest: readonly unknown[]): void => {
  const run = rest.find((each) => typeof each === "function") as Run
  cases.push({ name, run: () => run() })
}

const rowsOf = (rows: readonly unknown[], run: Run, take: (run: () => unknown, index: number) => void): void =>
  rows.forEach((row, index) => take(() => run(...(Array.isArray(row) ? row : [row])), index))

const each = (rows: readonly unknown[]) => (name: string, ...rest: readonly unknown[]): void => {
  const run = rest.find((part) => typeof part === "function") as Run
  rowsOf(rows, run, (one, index) => cases.push({ name: `${name} (${index + 1})`, run: one }))
}

const conditional = (holds: boolean) => (holds ? test : Object.assign(() => {}, { each: () => () => {} }))

export const test = Object.assign(add, { each, concurrent: Object.assign(add, { each }), runIf: conditional, skipIf: (skips: boolean) => conditional(!skips) })
export const it = test

const inside = (_: string, ...rest: readonly unknown[]): void => void (rest.find((part) => typeof part === "function") as Run)()

export const describe = Object.assign(inside, {
  each: (rows: readonly unknown[]) => (_: string, run: Run): void => rowsOf(rows, run, (one) => one())
})

export const beforeAll = (run: Run): void => void begin.push(run)
export const afterAll = (run: Run): void => void end.push(run)
export const onTestFinished = (run: Run): void => void end.push(run)
