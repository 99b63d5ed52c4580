import { existsSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { makeDirectory } from "../effects/os/make-directory.ts"
import { whyUnwritten } from "../effects/os/unwritten.ts"
import { layerOfText, SettingsError, type Layer } from "./settings.ts"

/**
 * Writes rules that shall hold always into the person's `config.toml`: they are appended to `allow`, and everything else stays as it is.
 * Gives back the file's path. Errors: where the file cannot be read, or could not be written without changing something else.
 */
export const rememberRules = (directory: string, rules: readonly string[]): Effect.Effect<string, SettingsError> =>
  Effect.gen(function*() {
    const path = join(directory, "config.toml")
    const before = yield* attempt(path, () => textIfThere(path))
    const old = yield* layerOfText(path, before)
    const added = rules.filter((rule) => !(old.allow ?? []).includes(rule))
    if (added.length === 0) return path
    const after = withAllowed(before, added)
    const now = yield* layerOfText(path, after)
    if (!isOnly(old, now, added)) return yield* fault(path, "its `allow` is written in a way that cannot be extended safely; add the rules by hand")
    yield* attempt(path, () => replace(path, after))
    return path
  })

/** The text with the rules at the end of its list, or with a list of its own before everything else. */
export const withAllowed = (text: string, rules: readonly string[]): string => {
  const items = rules.map((rule) => JSON.stringify(rule))
  const end = endOfAllow(text)
  if (end === null) return `allow = [${items.join(", ")}]\n${text}`
  const head = text.slice(0, end)
  const list = head.replace(/(?:\s|#[^\n]*)+$/, "")
  const comma = list.endsWith("[") || list.endsWith(",") ? "" : ","
  const rest = head.slice(list.length)
  return `${list}${comma}${list.endsWith("[") ? "" : " "}${items.join(", ")}${rest}${text.slice(end)}`
}

/** Where the bracket that closes the list `allow` stands; `null` where there is none. */
const endOfAllow = (text: string): number | null => {
  const start = /^[ \t]*allow[ \t]*=[ \t]*\[/m.exec(text)
  if (start === null) return null
  for (let index = start.index + start[0].length; index < text.length; index++) {
    const character = text[index]
    if (character === "]") return index
    if (character === "#") index = endOr(text, text.indexOf("\n", index))
    if (character === "'") index = endOr(text, text.indexOf("'", index + 1))
    if (character === '"') index = endOfString(text, index)
  }
  return null
}

const endOr = (text: string, index: number): number => (index < 0 ? text.length : index)

const endOfString = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1
  return index
}

/** Whether nothing but the new rules came to it. */
const isOnly = (old: Layer, now: Layer, added: readonly string[]): boolean =>
  JSON.stringify(sorted({ ...old, allow: [...(old.allow ?? []), ...added] })) === JSON.stringify(sorted(now))

const sorted = (layer: Layer): unknown => Object.entries(layer).toSorted(([a], [b]) => (a < b ? -1 : 1))

const textIfThere = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""
    throw error
  }
}

/** A file that is only linked here stays where it is, and keeps its mode. */
const replace = (path: string, text: string): void => {
  makeDirectory(dirname(path))
  const target = existsSync(path) ? realpathSync(path) : path
  const beside = `${target}.${process.pid}.part`
  writeFileSync(beside, text, { mode: existsSync(target) ? statSync(target).mode : 0o600 })
  renameSync(beside, target)
}

const attempt = <A>(path: string, run: () => A): Effect.Effect<A, SettingsError> =>
  Effect.try({ try: run, catch: (cause) => new SettingsError({ message: `write the rules to ${path}: ${whyUnwritten(path, cause)}` }) })

const fault = (path: string, why: string): Effect.Effect<never, SettingsError> =>
  Effect.fail(new SettingsError({ message: `write the rules to ${path}: ${why}` }))
