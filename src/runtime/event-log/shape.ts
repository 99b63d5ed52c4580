/** Writes a value as JSON. */
export type Write = (value: never) => string

/** Every key that any member of a union has. */
type KeysOf<T> = T extends unknown ? keyof T : never

/** A value as it is, with the key order it came with: text, numbers, and JSON that is not ours, like a tool's schema. */
export const asIs: Write = (value) => JSON.stringify(value)

export const list =
  (item: Write): Write =>
  (values: readonly never[]) =>
    `[${values.map(item).join(",")}]`

/** A map from names to values, in the order it came with. */
export const record =
  (item: Write): Write =>
  (values: Readonly<Record<string, never>>) =>
    `{${Object.keys(values).map((name) => `${JSON.stringify(name)}:${item(values[name] as never)}`).join(",")}}`

export const nullable =
  (item: Write): Write =>
  (value: never) =>
    value === null ? "null" : item(value)

/**
 * An object with its keys in the order given here, whatever order they came in; absent ones are left out.
 * The type demands a place for each key. One that a newer writer added goes last, sorted, for nothing may be lost.
 */
export const object = <T extends object>(writeByKey: Readonly<Record<KeysOf<T>, Write>>): Write => {
  const write = fields(writeByKey)
  return (value: never) => `{${write(value).slice(1)}}`
}

/** The same without braces, each key preceded by a comma, for an object that is built of several. */
export const fields = <T extends object>(writeByKey: Readonly<Record<KeysOf<T>, Write>>, elsewhere: readonly string[] = []): Write => {
  const keys = Object.keys(writeByKey) as KeysOf<T>[]
  const writes = keys.map((key) => writeByKey[key] as (value: unknown) => string)
  const names = keys.map((key) => `,"${String(key)}":`)
  const known = new Set<string>([...(keys as string[]), ...elsewhere])
  return (value: Readonly<Record<string, unknown>>) => {
    let text = ""
    for (let index = 0; index < keys.length; index++) {
      const field = value[keys[index] as string]
      if (field !== undefined) text += names[index] + writes[index]!(field)
    }
    for (const key in value) if (!known.has(key)) return text + added(value, known)
    return text
  }
}

const added = (value: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): string =>
  Object.keys(value)
    .filter((key) => !known.has(key) && value[key] !== undefined)
    .sort()
    .map((key) => `,${JSON.stringify(key)}:${JSON.stringify(value[key])}`)
    .join("")
