/**
 * Measures Loom against floors that are measured in the same run:
 *
 *     npm run bench                      every figure, as a table
 *     npm run bench -- step read         some of them
 *     npm run bench -- --json            one object a line: {name, ratio, floor, unit}
 *     npm run bench -- map --cases FILE  how good the repository map is on commits of local repositories, made by map-cases.ts;
 *                                        --half even for the cases that it is tuned on
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
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean", default: false }, cases: { type: "string" }, half: { type: "string", default: "odd" } },
    allowPositionals: true
  })
  if (positionals[0] === "map") {
    if (values.cases === undefined) return refused("measure map: name the cases with --cases FILE; node bench/map-cases.ts makes them")
    if (values.half !== "odd" && values.half !== "even") return refused(`measure map: --half ${values.half} is none; take odd or even`)
    return (await import("./map.ts")).measureMaps({ file: values.cases, half: values.half, json: values.json })
  }
  const unknown = positionals.find((name) => !isFigure(name))
  if (unknown !== undefined) {
    return refused(`measure ${unknown}: there is no such figure; there are ${FIGURE_NAMES.join(", ")}`)
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

const refused = (message: string): number => {
  console.error(message)
  return 2
}

/** The figures of one file have a process of their own, so that none is measured on the heap of another. */
const measured = async (names: readonly FigureName[], tell: (figure: Figure) => void): Promise<void> => {
  const child = fork(fileURLToPath(new URL("one.ts", import.meta.url)), names, { execArgv: ["--expose-gc"] })
  child.on("message", tell)
  const [code] = (await once(child, "exit")) as [number | null]
  if (code !== 0) throw new Error(`measure ${names.join(", ")}: the process that measures ended with ${code}`)
}

process.exitCode = await main()
