/**
 * What the SDKs need of the web's `Headers`, `FormData` and `Response`. The build puts these in the place of Node's own, whose first use alone
 * loads all of `fetch`: more than starting Node and Loom.
 */
class PlainHeaders {
  readonly #valueByName = new Map<string, string>()

  constructor(init: Iterable<readonly [string, string]> | Readonly<Record<string, string>> = []) {
    const pairs = Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init)
    for (const [name, value] of pairs) this.append(name, value)
  }
  append(name: string, value: string): void {
    const before = this.get(name)
    this.#valueByName.set(name.toLowerCase(), before === null ? trimmed(value) : `${before}, ${trimmed(value)}`)
  }
  set(name: string, value: string): void {
    this.#valueByName.set(name.toLowerCase(), trimmed(value))
  }
  get(name: string): string | null {
    return this.#valueByName.get(name.toLowerCase()) ?? null
  }
  has(name: string): boolean {
    return this.#valueByName.has(name.toLowerCase())
  }
  delete(name: string): void {
    this.#valueByName.delete(name.toLowerCase())
  }
  forEach(visit: (value: string, name: string) => void): void {
    for (const [name, value] of this) visit(value, name)
  }
  /** By name, as the standard has it. */
  *[Symbol.iterator](): IterableIterator<[string, string]> {
    yield* [...this.#valueByName].sort(([a], [b]) => (a < b ? -1 : 1))
  }
  entries(): IterableIterator<[string, string]> {
    return this[Symbol.iterator]()
  }
  keys(): IterableIterator<string> {
    return [...this].map(([name]) => name).values()
  }
  values(): IterableIterator<string> {
    return [...this].map(([, value]) => value).values()
  }
}

const trimmed = (value: string): string => String(value).replaceAll(/^[\t\n\r ]+|[\t\n\r ]+$/g, "")

/** Nothing is one: no form is ever sent. */
class PlainFormData {}

/** Nothing is one: what the SDKs get as a response is a plain object. */
class PlainResponse {
  constructor() {
    throw new TypeError("make a Response: the bundle has none; what is needed of it is in http-fetch.ts")
  }
}

export { PlainFormData as FormData, PlainHeaders as Headers, PlainResponse as Response }
