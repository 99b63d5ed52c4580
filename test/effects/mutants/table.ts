import { mutatedModule, type Edit, type Fault } from "../../support/mutated-module.ts"
import { collectingInto, type Table } from "./collector.ts"

/* Runs a test file as it stands over code with a fault in it, one case after the other, until one fails. */

/** The first case of a table that fails over code with these faults, by its place and name; `null` where all hold. */
export const firstFailing = async (file: string, { edits }: Fault): Promise<{ readonly index: number; readonly name: string } | null> => {
  const { cases, begin, end } = await loadTable(file, edits)
  try {
    for (const each of begin) await each()
    for (const [index, { name, run }] of cases.entries()) if (await fails(run)) return { index, name }
    return null
  } finally {
    for (const each of end.toReversed()) await each()
  }
}

/** Whether one case holds over the code as it is: else it says nothing about a fault. */
export const holdsWithout = async (file: string, index: number): Promise<boolean> => {
  const { cases, begin } = await soundTable(file)
  for (const each of begin.splice(0)) await each()
  const run = cases[index]?.run
  return run !== undefined && !(await fails(run))
}

const soundTables = new Map<string, Promise<Table>>()

const soundTable = (file: string): Promise<Table> => {
  const loading = soundTables.get(file) ?? loadTable(file, [])
  soundTables.set(file, loading)
  return loading
}

/** Ends what the tables without a fault began. */
export const endSoundTables = async (): Promise<void> => {
  for (const loading of soundTables.values()) for (const each of (await loading).end.toReversed()) await each()
}

const fails = async (run: () => unknown): Promise<boolean> => {
  try {
    await run()
    return false
  } catch {
    // That is what is looked for.
    return true
  }
}

const loadTable = async (file: string, edits: readonly Edit[]): Promise<Table> => {
  const table: Table = { cases: [], begin: [], end: [] }
  await mutatedModule([file], edits, { vitest: collectingInto(table) })
  return table
}
