import { FIGURE_NAMES, isFigure, measureOf } from "./figures.ts"
import { FULL } from "./measure.ts"

/** Measures the named figures that share a file, in a process of their own, and tells each to the parent as it is done. */
for (const name of process.argv.slice(2)) {
  if (!isFigure(name)) throw new Error(`measure ${name}: there is no such figure; there are ${FIGURE_NAMES.join(", ")}`)
  const measure = await measureOf(name)
  for (const figure of await measure(FULL)) process.send?.(figure)
}
process.exit()
