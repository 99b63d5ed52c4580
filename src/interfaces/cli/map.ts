import { existsSync } from "node:fs"
import { relative, resolve, sep } from "node:path"
import * as Effect from "effect/Effect"
import { directoriesOf } from "../../runtime/directories.ts"
import type { LogError } from "../../runtime/event-log/event-log.ts"
import { logError } from "../../runtime/event-log/log-error.ts"
import { checkMap, repositoryMap } from "../../runtime/repository-map.ts"
import { checkLines, mapLines, mapSummary } from "../view/map-lines.ts"
import { printer } from "../view/printer.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type UsageError } from "./invocation.ts"
import { settingsOfCall } from "./permissions.ts"

/** Shows the repository as a model is told of it: of everything, or of some places; for nothing in particular, or for a task. */
export const map: Command = Effect.fnUntraced(function*(invocation) {
  const { flags, output, cwd, environment } = invocation
  const paths = yield* placesOf(invocation)
  const { cache: cacheDirectory } = directoriesOf(environment)
  if (flags.check !== undefined) {
    const checked = yield* told(checkMap({ root: cwd, cacheDirectory, paths }))
    if (flags.json === true) output.out(`${JSON.stringify(checked, null, 2)}\n`)
    else printer(output.out, output.outLook).show(checkLines(checked))
    return checked.faults.length === 0 ? EXIT.done : EXIT.failed
  }
  const { settings } = yield* settingsOfCall(invocation)
  const budgetTokens = yield* budgetOf(flags.budget, settings.zones.mapTokens)
  const report = yield* told(
    repositoryMap({
      root: cwd,
      cacheDirectory,
      paths,
      words: typeof flags.for === "string" ? flags.for : "",
      budgetTokens,
      model: settings.model ?? ""
    })
  )
  if (flags.json === true) output.out(`${JSON.stringify(report, null, 2)}\n`)
  else if (report.text !== "") printer(output.out, output.outLook).show(mapLines(report, flags.verbose === true))
  if (flags.json !== true && !output.quiet) output.err(`${mapSummary(report)}\n`)
  return EXIT.done
})

/** A repository that cannot be read is what the person has to know. */
const told = <A,>(work: Effect.Effect<A, { readonly message: string }>): Effect.Effect<A, LogError> =>
  Effect.mapError(work, ({ message }) => logError("failed", message))

/** A word behind `--check` is a place like the others. */
const placesOf = ({ words, flags, cwd }: Invocation): Effect.Effect<readonly string[], UsageError> => {
  const given = [...words, ...(typeof flags.check === "string" && flags.check !== "" ? [flags.check] : [])]
  const places = given.map((word) => relative(cwd, resolve(cwd, word)).split(sep).join("/"))
  const outside = places.findIndex((place) => place === ".." || place.startsWith("../"))
  if (outside >= 0) return Effect.fail(usageError(`map ${given[outside]}: it lies outside ${cwd}; name what lies inside, or go there with -C`))
  const missing = given.find((word) => !existsSync(resolve(cwd, word)))
  return missing === undefined
    ? Effect.succeed(places)
    : Effect.fail(usageError(`map ${missing}: there is no such file or folder in ${cwd}; what the map is wanted for is written --for TEXT`))
}

const budgetOf = (given: unknown, usual: number): Effect.Effect<number, UsageError> => {
  if (given === undefined) return Effect.succeed(usual)
  return /^\d{1,7}$/.test(String(given))
    ? Effect.succeed(Number(given))
    : Effect.fail(usageError(`--budget ${String(given)} is no amount; give a whole number of tokens`))
}
