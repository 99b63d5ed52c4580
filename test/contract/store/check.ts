import { isDeepStrictEqual } from "node:util"

/** Errors: throws where a value is another one. A pattern among what is expected stands for every text that it matches. */
export const same = (actual: unknown, expected: unknown): void => {
  if (!isSame(actual, expected)) throw new Error(`it is ${excerpt(actual)}, and should be ${excerpt(expected)}`)
}

/** The same of the fields that are expected alone. */
export const fits = (actual: unknown, expected: object): void => {
  const fields = actual as Readonly<Record<string, unknown>> | null
  same(Object.fromEntries(Object.keys(expected).map((name) => [name, fields?.[name]])), expected)
}

/** Why something was refused. Errors: throws where it was not. */
export const refusal = async (running: Promise<unknown>): Promise<unknown> => {
  let result: unknown
  try {
    result = await running
  } catch (thrown) {
    return thrown
  }
  throw new Error(`it was not refused: ${excerpt(result)}`)
}

const isSame = (actual: unknown, expected: unknown): boolean => {
  if (expected instanceof RegExp) return typeof actual === "string" && expected.test(actual)
  if (typeof expected !== "object" || expected === null || expected instanceof Uint8Array) return isDeepStrictEqual(actual, expected)
  if (typeof actual !== "object" || actual === null || Array.isArray(actual) !== Array.isArray(expected)) return false
  const [names, wanted] = [actual, expected].map((each) => Object.entries(each).filter(([, value]) => value !== undefined).map(([name]) => name)) as [string[], string[]]
  return names.length === wanted.length && wanted.every((name) => isSame((actual as Record<string, unknown>)[name], (expected as Record<string, unknown>)[name]))
}

const LETTERS_MAX = 300

const excerpt = (value: unknown): string => {
  const text = JSON.stringify(value, (_, inner: unknown) => (inner instanceof RegExp ? String(inner) : inner)) ?? String(value)
  return text.length <= LETTERS_MAX ? text : `${text.slice(0, LETTERS_MAX)}…`
}
