import { relative, resolve, sep } from "node:path"
import * as Effect from "effect/Effect"
import { checkMap, repositoryMap } from "../../runtime/repository-map.ts"
import { checkLines, mapLines, mapSummary } from "../view/map-lines.ts"
import { printer } from "../view/printer.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type UsageError } from "./invocation.ts"
import { settingsOfCall } from "./permissions.ts"

/** Shows the repository as a model is told of it: of everything, or of some places; for nothing in particular, or for a task. */
export const map: Command = Effect.fnUntraced(function*(invocation) {
  const { flags, output, cwd } = invocation
  const places = yield* placesOf(invocation)
  if (flags.check !== undefined) {
    const checked = yield* checkMap(cwd, places)
    if (flags.json === true) output.out(`${JSON.stringify(checked, null, 2)}\n`)
    else printer(output.out, output.outLook).show(checkLines(checked))
    return checked.faults.length === 0 ? EXIT.done : EXIT.failed
  }
  const { settings } = yield* settingsOfCall(invocation)
  const budgetTokens = yield* budgetOf(flags.budget, settings.zones.mapTokens)
  const report = yield* repositoryMap({ root: cwd, paths: places, words: typeof flags.for === "string" ? flags.for : "", budgetTokens, model: settings.model ?? "" })
  if (flags.json === true) output.out(`${JSON.stringify(report, null, 2)}\n`)
  else if (report.text !== "") printer(output.out, output.outLook).show(mapLines(report, flags.verbose === true))
  if (flags.json !== true && !output.quiet) output.err(`${mapSummary(report)}\n`)
  return EXIT.done
})

/** A word behind `--check` is a place like the others. */
const placesOf = ({ words, flags, cwd }: Invocation): Effect.Effect<readonly string[], UsageError> => {
  const given = [...words, ...(typeof flags.check === "string" && flags.check !== "" ? [flags.check] : [])]
  const places = given.map((word) => relative(cwd, resolve(cwd, word)).split(sep).join("/"))
  const outside = places.findIndex((place) => place === ".." || place.startsWith("../"))
  return outside < 0 ? Effect.succeed(places) : Effect.fail(usageError(`map ${given[outside]}: it lies outside ${cwd}; name what lies inside, or go there with -C`))
}

const budgetOf = (given: unknown, usual: number): Effect.Effect<number, UsageError> => {
  if (given === undefined) return Effect.succeed(usual)
  return /^\d{1,7}$/.test(String(given)) ? Effect.succeed(Number(given)) : Effect.fail(usageError(`--budget ${String(given)} is no amount; give a whole number of tokens`))
}
