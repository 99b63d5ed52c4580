/** Looks at JSON of unknown shape without trusting it. */
export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
export const asObject = (value: unknown): Json => (isObject(value) ? value : {})
export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : [])
export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== ""
export const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value > 0

/** Every text in a content of any wire: a string, text parts, results of tools and what they hold. */
export const textsOf = (content: unknown): readonly string[] => {
  if (typeof content === "string") return [content]
  return asArray(content).flatMap((part) => {
    const { text, content: inner, output } = asObject(part)
    return typeof text === "string" ? [text] : textsOf(inner ?? output)
  })
}

/** The first reason that is one. */
export const firstOf = (...reasons: readonly (() => string | null)[]): string | null => {
  for (const reason of reasons) {
    const found = reason()
    if (found !== null) return found
  }
  return null
}

/** The first complaint about an element, naming its place. */
export const firstIn = <T>(place: string, values: readonly T[], complaint: (value: T, index: number) => string | null): string | null => {
  for (const [index, value] of values.entries()) {
    const found = complaint(value, index)
    if (found !== null) return `${place}.${index}${found.startsWith(".") ? "" : ": "}${found}`
  }
  return null
}

/** A complaint about keys that the wire does not know. */
export const extraKeys = (value: Json, allowed: readonly string[]): string | null => {
  const extra = Object.keys(value).find((key) => !allowed.includes(key))
  return extra === undefined ? null : `.${extra}: extra inputs are not permitted`
}

/** A complaint about tool definitions, whatever key holds their parts. */
export const toolComplaint = (name: unknown, schema: unknown, earlier: readonly unknown[]): string | null => {
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return ".name: string should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
  if (earlier.includes(name)) return ".name: tool names must be unique"
  if (!isObject(schema) || schema["type"] !== "object") return ".schema: the root must be of type 'object'"
  const combined = ["oneOf", "anyOf", "allOf", "$ref"].find((key) => key in schema)
  return combined === undefined ? null : `.schema: does not support ${combined} at the top level`
}

/** Arguments that a provider would take: the JSON of an object. */
export const isObjectJson = (value: unknown): boolean => {
  if (typeof value !== "string") return false
  try {
    return isObject(JSON.parse(value))
  } catch {
    return false
  }
}
