import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { runGit } from "../../git/git.ts"
import { findRepository } from "../../git/repository.ts"

/**
 * Settings by environment under which the filters that the repository's own settings name do not run. A repository that came as an
 * archive brings its `.git/config` along, and git would run what that says as soon as somebody looks at a file that changed.
 * What the person's own settings name, as for large files, still runs.
 */
export const withoutOwnFilters = Effect.fnUntraced(function*(directory: string): Effect.fn.Return<Readonly<Record<string, string>>> {
  const repository = findRepository(directory)
  if (
    repository === null
    || !speaksOfFilters([join(repository.commonDirectory, "config"), join(repository.gitDirectory, "config.worktree")])
  )
    return {}
  const listed = yield* Effect.orElseSucceed(
    Effect.map(
      runGit(["config", "--includes", "--show-scope", "--name-only", "-z", "--get-regexp", "^filter\\."], {
        cwd: directory,
        codes: [0, 1]
      }),
      ({ stdout }) => stdout.toString("utf8")
    ),
    () => ""
  )
  return asEnvironment(ownFiltersIn(listed))
})

/** Nearly no repository does, and then no program need be asked. */
const speaksOfFilters = (files: readonly string[]): boolean => files.some((file) => /filter|include/i.test(textOf(file)))

/** The names of the filters, from pairs of scope and key. */
const ownFiltersIn = (listed: string): readonly string[] => {
  const fields = listed.split("\0")
  const keys = fields.flatMap((field, index) => (index % 2 === 0 && (field === "local" || field === "worktree") ? [fields[index + 1] ?? ""] : []))
  return [...new Set(keys.flatMap((key) => /^filter\.(.+)\.[^.]*$/s.exec(key)?.[1] ?? []))]
}

/** As variables and not as `-c`: a name may hold any character there. */
const asEnvironment = (names: readonly string[]): Readonly<Record<string, string>> => {
  const settings = names.flatMap((name) => [
    [`filter.${name}.clean`, ""],
    [`filter.${name}.smudge`, ""],
    [`filter.${name}.process`, ""],
    [`filter.${name}.required`, "false"]
  ])
  const before = Number(process.env["GIT_CONFIG_COUNT"] ?? 0) || 0
  const variables = settings.flatMap(([key = "", value = ""], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value]
  ])
  return settings.length === 0 ? {} : { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(before + settings.length) }
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    // No such file says nothing.
    return ""
  }
}
