/**
 * JSON whose keys are sorted by code unit, so that equal values give equal text whoever built them.
 * `canonicalJson({ b: 1, a: [true] })  // => {"a":[true],"b":1}`
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  return Array.isArray(value) ? canonicalList(value) : canonicalObject(value as Readonly<Record<string, unknown>>)
}

const canonicalList = (items: readonly unknown[]): string => {
  let text = "["
  for (const item of items) text += (text === "[" ? "" : ",") + canonicalJson(item)
  return `${text}]`
}

const canonicalObject = (fields: Readonly<Record<string, unknown>>): string => {
  let text = "{"
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name]
    if (field !== undefined) text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(field)}`
  }
  return `${text}}`
}
