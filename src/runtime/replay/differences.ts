/** A value that stands in two events, and is another in each; left out where the event has none. */
export interface Difference {
  /** As `parts[0].text`. */
  readonly path: string
  readonly a?: unknown
  readonly b?: unknown
}

/** Every place where two values of plain JSON differ, in the order in which they stand. */
export const differencesOf = (a: unknown, b: unknown, path = ""): readonly Difference[] => {
  if (Object.is(a, b)) return []
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b))
    return [{ path, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differencesOf(own(a, key), own(b, key), pathOf(path, key, Array.isArray(a)))
  )
}

type Container = Readonly<Record<string, unknown>>

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null

const own = (value: Container, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined)

const pathOf = (path: string, key: string, isList: boolean): string => (isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`)
