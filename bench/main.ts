/**
 * Measures Loom against floors that are measured in the same run:
 *
 *     npm run bench                      every figure, as a table
 *     npm run bench -- step read         some of them
 *     npm run bench -- --json            one object a line: {name, ratio, floor, unit}
 *
 * It measures and does not judge: it exits with 0 whatever the figures are.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { FIGURE_NAMES, FILE_BY_FIGURE, isFigure, type FigureName } from "./figures.ts"
import type { Figure } from "./measure.ts"
import { heading, jsonOf, rowOf } from "./table.ts"

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options: { json: { type: "boolean", default: false } }, allowPositionals: true })
  const unknown = positionals.find((name) => !isFigure(name))
  if (unknown !== undefined) {
    console.error(`measure ${unknown}: there is no such figure; there are ${FIGURE_NAMES.join(", ")}`)
    return 2
  }
  const wanted = positionals.length === 0 ? FIGURE_NAMES : FIGURE_NAMES.filter((name) => positionals.includes(name))
  if (!values.json) console.log(heading())
  for (const names of Object.values(Object.groupBy(wanted, (name) => FILE_BY_FIGURE[name]))) {
    await measured(names, (figure) => {
      if (!values.json) console.log(rowOf(figure))
      else if (figure.aside !== true) console.log(jsonOf(figure))
    })
  }
  return 0
}

/** The figures of one file have a process of their own, so that none is measured on the heap of another. */
const measured = async (names: readonly FigureName[], tell: (figure: Figure) => void): Promise<void> => {
  const child = fork(fileURLToPath(new URL("one.ts", import.meta.url)), names, { execArgv: ["--expose-gc"] })
  child.on("message", tell)
  const [code] = (await once(child, "exit")) as [number | null]
  if (code !== 0) throw new Error(`measure ${names.join(", ")}: the process that measures ended with ${code}`)
}

process.exitCode = await main()
