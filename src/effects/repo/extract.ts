import type { Finds } from "../os/finds.ts"
import type { Captures, Marker } from "./captures.ts"
import { endOf, gathered, placeOf, startOf, type Caught, type Gathered, type Item } from "./caught.ts"
import type { Definition, DefinitionKind, FileSymbols, Reference } from "./symbols.ts"
import type { Imported, Tongue } from "./tongue.ts"
import { withoutComments, type CommentStyle } from "./uncommented.ts"

/** What is said in a text: everything of a file's symbols that can be known without looking at other files. */
export type Said = Pick<FileSymbols, "definitions" | "references"> & { readonly imports: readonly Imported[] }

/** The most that is shown of a definition. Units: characters. */
const SIGNATURE_MAX = 240

/** Reads a text by what the patterns of its language find in it. */
export const extract = (text: string, finds: Finds, captures: Captures, tongue: Tongue): Said => {
  const found = gathered(text, finds, captures)
  const imports = readImports(found, tongue)
  return { definitions: readDefinitions(found, tongue), references: readReferences(found, imports), imports: imports.map(({ imported }) => imported) }
}

// ── definitions ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Functions in these are their methods, and variables their fields. */
const HAVE_METHODS: ReadonlySet<string> = new Set(["class", "struct", "trait", "interface", "enum", "union"])
const KIND_OF_MEMBER: Readonly<Partial<Record<Marker, DefinitionKind>>> = { function: "method", variable: "field" }

interface Holder {
  readonly item: Item
  /** Where its name stands; -1 where it has none. */
  readonly at: number
  readonly name: string | null
  readonly definition: Definition | null
}

const readDefinitions = (found: Gathered, tongue: Tongue): readonly Definition[] => {
  const definitions: { readonly at: number; readonly definition: Definition }[] = []
  const holders: Holder[] = []
  for (const item of outermostFirst(found)) {
    while (holders.length > 0 && !holds((holders.at(-1) as Holder).item, item)) holders.pop()
    const at = item.name === null ? -1 : startOf(found, item.name)
    if (at >= 0) found.quiet[at] = 1
    const name = item.name === null ? null : nameIn(found, item.name)
    const read =
      name === null || item.marker === "inside" || item.marker === "exported" || item.marker === "scope"
        ? null
        : readDefinition(found, item, name, holders, tongue)
    if (read === "local") found.bindings.add(name as string)
    const definition = read === "local" ? null : read
    if (definition !== null) definitions.push({ at, definition })
    holders.push({ item, at, name: name === null ? null : item.owners.length === 0 ? name : [...ownersOf(found, item), name].join("."), definition })
  }
  return saidOnce(definitions.sort((a, b) => a.at - b.at).map(({ definition }) => definition))
}

/** A variable that is set again is not another one. */
const saidOnce = (definitions: readonly Definition[]): readonly Definition[] => {
  const seen = new Set<string>()
  return definitions.filter(({ name, scope, kind }) => {
    const key = `${scope ?? ""}.${name}`
    const isAgain = (kind === "variable" || kind === "field") && seen.has(key)
    seen.add(key)
    return !isAgain
  })
}

/** What is said in one breath, `const { a, b } = …`, does not lie in each other. */
const holds = (outer: Item, inner: Item): boolean =>
  outer.end > inner.start && !(outer.start === inner.start && outer.end === inner.end && outer.name !== null && inner.name !== null)

/** By place, what holds before what it holds; where two patterns found the same name, one of them. */
const outermostFirst = (found: Gathered): readonly Item[] => {
  const chosen = new Map<number, Item>()
  const unnamed: Item[] = []
  for (const item of found.items) {
    if (item.name === null) unnamed.push(item)
    else {
      const at = startOf(found, item.name)
      const other = chosen.get(at)
      if (other === undefined || item.rank < other.rank) chosen.set(at, item)
    }
  }
  const markFirst = ({ marker }: Item): number => (marker === "exported" ? 0 : marker === "inside" ? 2 : 1)
  return [...chosen.values(), ...unnamed].sort((a, b) => a.start - b.start || b.end - a.end || markFirst(a) - markFirst(b))
}

const readDefinition = (found: Gathered, item: Item, name: string, holders: readonly Holder[], tongue: Tongue): Definition | "local" | null => {
  if (name === "") return null
  const isLocal = holders.some(({ item: { marker } }) => marker === "inside" || marker === "function" || marker === "method")
  if (isLocal && (item.marker === "variable" || item.marker === "constant" || item.marker === "field")) return "local"
  const around = holders.filter((each) => each.name !== null && each.at < item.start)
  const holder = around.at(-1) ?? null
  const scope = [...around.flatMap((each) => each.name ?? []), ...ownersOf(found, item)].join(".") || null
  const isMember = item.owners.length > 0 || HAVE_METHODS.has(holder?.item.marker ?? "") || holder?.item.marker === "scope"
  const definition: Definition = {
    name,
    kind: isMember ? (KIND_OF_MEMBER[item.marker] ?? (item.marker as DefinitionKind)) : (item.marker as DefinitionKind),
    line: found.finds.rowOf(placeOf(item.name as Caught)) + 1,
    endLine: endLineOf(found, item.tail ?? item.node),
    signature: signatureOf(found, item, tongue.comments ?? "slashes"),
    scope,
    exported: null
  }
  const given = holders.at(-1)?.item.marker === "exported" || (holder === null && found.exports.has(name))
  return { ...definition, exported: isLocal ? false : given ? true : exportedIn(definition, holder, tongue) }
}

/** What lies in something that is kept back is kept back, too. */
const exportedIn = (definition: Definition, holder: Holder | null, tongue: Tongue): boolean | null => {
  const own = tongue.isExported(definition)
  const outer = holder?.definition?.exported
  return own === false || outer === false ? false : own
}

const endLineOf = ({ finds }: Gathered, node: Caught): number => {
  const { row, column } = finds.endPointOf(placeOf(node))
  return column === 0 && row > finds.rowOf(placeOf(node)) ? row : row + 1
}

const ownersOf = (found: Gathered, { owners }: Item): readonly string[] =>
  owners.length === 0 ? NOBODY : owners.map((owner) => nameIn(found, owner).replace(/<.*/s, ""))
const NOBODY: readonly string[] = []

/** Names of several words, as `a::b`, are joined as scopes are. */
const nameIn = (found: Gathered, node: Caught): string => {
  const start = startOf(found, node)
  const name = found.text.slice(start, Math.min(endOf(found, node), start + SIGNATURE_MAX))
  return PLAIN_NAME.test(name)
    ? name
    : name
        .replaceAll(/\s+/g, "")
        .replaceAll("::", ".")
        .replaceAll("\\", ".")
        .replace(/^(?:["'](.*)["']|:(\w.*))$/, "$1$2")
}
const PLAIN_NAME = /^[\w$]*$/

/** From the first word of the line, where only words stand before it, to where the body begins; without one, the first line; comments are no part of it. */
const signatureOf = (found: Gathered, { start, end, name, body }: Item, comments: CommentStyle): string => {
  const { text } = found
  const at = startOf(found, name as Caught)
  const from = headOf(text, start, at)
  const bodyAt = body === null ? -1 : startOf(found, body)
  const to = bodyAt > from ? bodyAt : lineEnd(text, at, end)
  const code = withoutComments(text.slice(from, Math.min(to, from + 4 * SIGNATURE_MAX)), comments)
  const said = oneLine(code).replace(/\s*(?:\{|=>|=|:|\bdo|\bthen)$/, (tail) => (tail.trim() === "=>" ? " =>" : ""))
  return said.length > SIGNATURE_MAX ? `${said.slice(0, SIGNATURE_MAX - 1)}…` : said
}

const oneLine = (said: string): string => (/[^\S ]|  /.test(said) ? said.replaceAll(/\s+/g, " ") : said).trim()

/** Decorators and attributes in front are not what is shown. */
const headOf = (text: string, start: number, name: number): number => {
  const line = text.lastIndexOf("\n", start - 1) + 1
  if (/^[\s\w]*$/.test(text.slice(line, start))) return /^[ \t]*[@#[]/.test(text.slice(line, name)) ? text.lastIndexOf("\n", name - 1) + 1 : line
  return start
}

const lineEnd = (text: string, from: number, end: number): number => {
  const at = text.indexOf("\n", from)
  return at === -1 || at > end ? end : at
}

// ── imports and references ───────────────────────────────────────────────────────────────────────────────────────

interface ReadImport {
  readonly imported: Imported
  readonly start: number
  readonly end: number
}

const readImports = (found: Gathered, { importsIn }: Tongue): readonly ReadImport[] =>
  found.imports
    .map((node) => ({ start: startOf(found, node), end: endOf(found, node) }))
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, end }) => importsIn(found.text.slice(start, end)).map((imported) => ({ imported, start, end })))

const readReferences = (found: Gathered, imports: readonly ReadImport[]): readonly Reference[] => {
  const { quiet } = found
  for (const { start, end } of imports) quiet.fill(1, start, end)
  const names = Object.assign(Object.create(null), ...imports.map(({ imported }) => imported.aliases ?? {})) as Readonly<Record<string, string>>
  const imported = new Set(imports.flatMap((each) => each.imported.names))
  const counts = new Map<string, number>()
  const count = (node: Caught, isMember: boolean): void => {
    const start = startOf(found, node)
    if (quiet[start] === 1) return
    quiet[start] = 1
    const word = found.text.slice(start, endOf(found, node))
    if (!isMember && found.bindings.has(word) && !imported.has(word)) return
    const name = (isMember ? undefined : names[word]) ?? word
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const node of found.members) count(node, true)
  for (const node of found.references) count(node, false)
  // Some grammars call `1` and `:` names, too.
  return [...counts.keys()].filter((name) => STARTS_A_NAME.test(name)).sort().map((name) => ({ name, count: counts.get(name) as number }))
}

const STARTS_A_NAME = /^[\p{L}_$#@]/u
