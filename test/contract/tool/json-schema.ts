/** A JSON Schema, as far as tools need it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Why a value does not fit a schema, `null` where it fits; words of JSON Schema that it does not know are passed over. */
export const misfit = (schema: JsonSchema, value: unknown, at = "the arguments"): string | null => {
  const { enum: values, anyOf, oneOf } = schema
  if (Array.isArray(values) && !values.some((each) => JSON.stringify(each) === JSON.stringify(value))) return `${at} is none of ${JSON.stringify(values)}`
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices) && choices.every((choice) => misfit(choice as JsonSchema, value, at) !== null)) return `${at} fits none of its ${choices.length} choices`
  return typeMisfit(schema, value, at) ?? partMisfit(schema, value, at)
}

/** The types that a schema allows; none where it does not say. */
export const typesOf = ({ type }: JsonSchema): readonly string[] => (typeof type === "string" ? [type] : Array.isArray(type) ? type.map(String) : [])

export const propertiesOf = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> => (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>

export const requiredOf = ({ required }: JsonSchema): readonly string[] => (Array.isArray(required) ? required.map(String) : [])

const typeMisfit = (schema: JsonSchema, value: unknown, at: string): string | null => {
  const types = typesOf(schema)
  const { minimum, maximum } = schema
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return `${at} is no ${types.join(" or ")}`
  if (typeof value === "number" && typeof minimum === "number" && value < minimum) return `${at} is below ${minimum}`
  if (typeof value === "number" && typeof maximum === "number" && value > maximum) return `${at} is above ${maximum}`
  return null
}

const isOf = (type: string, value: unknown): boolean => {
  if (type === "null") return value === null
  if (type === "array") return Array.isArray(value)
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value)
  return type === "integer" ? Number.isInteger(value) : typeof value === type
}

const partMisfit = (schema: JsonSchema, value: unknown, at: string): string | null => {
  if (Array.isArray(value)) return firstOf(value.map((each, index) => misfit((schema["items"] ?? {}) as JsonSchema, each, `${at}[${index}]`)))
  if (typeof value !== "object" || value === null) return null
  const properties = propertiesOf(schema)
  const missing = requiredOf(schema).find((name) => !(name in value))
  if (missing !== undefined) return `${at} lacks ${missing}`
  const unknown = Object.keys(value).find((name) => !(name in properties))
  if (schema["additionalProperties"] === false && unknown !== undefined) return `${at} has ${unknown}, which the schema does not know`
  return firstOf(Object.entries(value).map(([name, inner]) => (properties[name] === undefined ? null : misfit(properties[name], inner, name))))
}

const firstOf = (complaints: readonly (string | null)[]): string | null => complaints.find((complaint) => complaint !== null) ?? null
