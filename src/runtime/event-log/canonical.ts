/**
 * JSON whose keys are sorted by code unit, so that equal values give equal text whoever built them; `quoted` writes the texts.
 * `canonicalJson({ b: 1, a: [true] })  // => {"a":[true],"b":1}`
 */
export const canonicalJson = (value: unknown, quoted: (text: string) => string = JSON.stringify): string => {
  if (typeof value === "string") return quoted(value)
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  return Array.isArray(value) ? canonicalList(value, quoted) : canonicalObject(value as Readonly<Record<string, unknown>>, quoted)
}

const canonicalList = (items: readonly unknown[], quoted: (text: string) => string): string => {
  let text = "["
  for (const item of items) text += (text === "[" ? "" : ",") + canonicalJson(item, quoted)
  return `${text}]`
}

const canonicalObject = (fields: Readonly<Record<string, unknown>>, quoted: (text: string) => string): string => {
  let text = "{"
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name]
    if (field !== undefined) text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(field, quoted)}`
  }
  return `${text}}`
}
