import type { Arguments } from "./host-tool.ts"
import { misfit, propertiesOf, requiredOf, type JsonSchema } from "./json-schema.ts"

/** Arguments that models send although they do not fit: not an object, one lacking, one of another type, one that is not known. */
export const misfits = (schema: JsonSchema, working: Arguments): readonly Arguments[] => {
  if (typeof working !== "object" || working === null) return []
  const lacking = requiredOf(schema).map((name) => Object.fromEntries(Object.entries(working).filter(([key]) => key !== name)))
  const strange = Object.entries(propertiesOf(schema)).flatMap(([name, inner]) => {
    const value = ODD.find((odd) => misfit(inner, odd) !== null)
    return value === undefined ? [] : [{ ...working, [name]: value }]
  })
  const unknown = schema["additionalProperties"] === false ? [{ ...working, "no such argument": 1 }] : []
  return [...NO_OBJECTS, ...lacking, ...strange, ...unknown].filter((args) => misfit(schema, args) !== null)
}

const ODD: readonly unknown[] = [{ odd: true }, "odd", 7.5]
const NO_OBJECTS: readonly Arguments[] = [null, [], "text", 7]
