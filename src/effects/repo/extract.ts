import type { SyntaxNode, SyntaxQuery } from "../os/grammar.ts"
import type { Definition, DefinitionKind, FileSymbols, Reference } from "./symbols.ts"
import type { Imported, Tongue } from "./tongue.ts"
import { wordOf } from "./word.ts"

/** What is said in a text: everything of a file's symbols that can be known without looking at other files. */
export type Said = Pick<FileSymbols, "definitions" | "references"> & { readonly imports: readonly Imported[] }

/** The most that is shown of a definition. Units: characters. */
const SIGNATURE_MAX = 240

/** Reads a parsed text with the patterns of its language. */
export const extract = (text: string, root: SyntaxNode, query: SyntaxQuery, tongue: Tongue, patience?: () => boolean): Said => {
  const found = gathered(text, root, query, patience)
  const imports = readImports(text, found.imports, tongue)
  return { definitions: readDefinitions(text, found, tongue), references: readReferences(text, found, imports), imports: imports.map(({ imported }) => imported) }
}

// ── what the patterns find ───────────────────────────────────────────────────────────────────────────────────────

type Marker = DefinitionKind | "scope" | "inside" | "exported"

/** Something that others may lie in. */
interface Item {
  readonly marker: Marker
  readonly node: SyntaxNode
  readonly start: number
  readonly end: number
  readonly name: SyntaxNode | null
  readonly body: SyntaxNode | null
  readonly owners: readonly SyntaxNode[]
  /** What it ends with, where its node does not hold all of it. */
  readonly tail: SyntaxNode | null
  /** Of two patterns that find the same, the first is meant. */
  readonly rank: number
}

interface Gathered {
  readonly items: Item[]
  readonly imports: SyntaxNode[]
  readonly exports: Set<string>
  readonly bindings: Set<string>
  /** Places of names that use nothing. */
  readonly quiet: Set<number>
  readonly members: SyntaxNode[]
  readonly references: SyntaxNode[]
}

const gathered = (text: string, root: SyntaxNode, query: SyntaxQuery, patience?: () => boolean): Gathered => {
  const found: Gathered = { items: [], imports: [], exports: new Set(), bindings: new Set(), quiet: new Set(), members: [], references: [] }
  for (const { captures, patternIndex } of query.matches(root, patience === undefined ? {} : { progressCallback: patience })) {
    const names: SyntaxNode[] = []
    let whole: { readonly marker: Marker; readonly node: SyntaxNode } | null = null
    let body: SyntaxNode | null = null
    let tail: SyntaxNode | null = null
    const owners: SyntaxNode[] = []
    for (const { name, node } of captures) {
      if (name === "reference") found.references.push(node)
      else if (name === "member") found.members.push(node)
      else if (name === "binding") {
        found.bindings.add(wordOf(text, node))
        found.quiet.add(node.startIndex)
      } else if (name === "skip") found.quiet.add(node.startIndex)
      else if (name === "import") found.imports.push(node)
      else if (name === "exports") found.exports.add(wordOf(text, node))
      else if (name === "name") names.push(node)
      else if (name === "body") body ??= node
      else if (name === "tail") tail ??= node
      else if (name === "owner") owners.push(node)
      else if (name[0] !== "_") whole = { marker: name as Marker, node }
    }
    if (whole === null) continue
    const place = { ...whole, start: whole.node.startIndex, end: (tail ?? whole.node).endIndex, body, tail, owners, rank: patternIndex }
    if (names.length === 0) found.items.push({ ...place, name: null })
    for (const name of names) found.items.push({ ...place, name })
  }
  return found
}

// ── definitions ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Functions in these are their methods, and variables their fields. */
const HAVE_METHODS: ReadonlySet<string> = new Set(["class", "struct", "trait", "interface", "enum", "union"])
const KIND_OF_MEMBER: Readonly<Partial<Record<Marker, DefinitionKind>>> = { function: "method", variable: "field" }

interface Holder {
  readonly item: Item
  readonly name: string | null
  readonly definition: Definition | null
}

const readDefinitions = (text: string, found: Gathered, tongue: Tongue): readonly Definition[] => {
  const definitions: (Definition & { readonly at: number })[] = []
  const holders: Holder[] = []
  for (const item of outermostFirst(found.items)) {
    while (holders.length > 0 && !holds((holders.at(-1) as Holder).item, item)) holders.pop()
    if (item.name !== null) found.quiet.add(item.name.startIndex)
    const name = item.name === null ? null : nameIn(text, item.name)
    const read = name === null || item.marker === "inside" || item.marker === "exported" || item.marker === "scope" ? null : readDefinition(text, item, name, holders, found, tongue)
    if (read === "local") found.bindings.add(name as string)
    const definition = read === "local" ? null : read
    if (definition !== null) definitions.push({ ...definition, at: (item.name as SyntaxNode).startIndex })
    holders.push({ item, name: name === null ? null : [...ownersOf(text, item), name].join("."), definition })
  }
  return saidOnce(definitions.sort((a, b) => a.at - b.at)).map(({ at: _, ...definition }) => definition)
}

/** A variable that is set again is not another one. */
const saidOnce = <Each extends Definition>(definitions: readonly Each[]): readonly Each[] => {
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
const outermostFirst = (items: readonly Item[]): readonly Item[] => {
  const chosen = new Map<number, Item>()
  const unnamed: Item[] = []
  for (const item of items) {
    if (item.name === null) unnamed.push(item)
    else {
      const other = chosen.get(item.name.startIndex)
      if (other === undefined || item.rank < other.rank) chosen.set(item.name.startIndex, item)
    }
  }
  const markFirst = ({ marker }: Item): number => (marker === "exported" ? 0 : marker === "inside" ? 2 : 1)
  return [...chosen.values(), ...unnamed].sort((a, b) => a.start - b.start || b.end - a.end || markFirst(a) - markFirst(b))
}

const readDefinition = (text: string, item: Item, name: string, holders: readonly Holder[], found: Gathered, tongue: Tongue): Definition | "local" | null => {
  if (name === "") return null
  const around = holders.filter((each) => each.name !== null && (each.item.name as SyntaxNode).startIndex < item.start)
  const holder = around.at(-1) ?? null
  const isLocal = holders.some(({ item: { marker } }) => marker === "inside" || marker === "function" || marker === "method")
  if (isLocal && (item.marker === "variable" || item.marker === "constant" || item.marker === "field")) return "local"
  const scope = [...around.flatMap((each) => each.name ?? []), ...ownersOf(text, item)].join(".") || null
  const isMember = item.owners.length > 0 || HAVE_METHODS.has(holder?.item.marker ?? "") || holder?.item.marker === "scope"
  const definition: Definition = {
    name,
    kind: isMember ? (KIND_OF_MEMBER[item.marker] ?? (item.marker as DefinitionKind)) : (item.marker as DefinitionKind),
    line: (item.name as SyntaxNode).startPosition.row + 1,
    endLine: endLineOf(item.tail ?? item.node),
    signature: signatureOf(text, item),
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

const endLineOf = (node: SyntaxNode): number => {
  const { row, column } = node.endPosition
  return column === 0 && row > node.startPosition.row ? row : row + 1
}

const ownersOf = (text: string, { owners }: Item): readonly string[] => owners.map((owner) => nameIn(text, owner).replace(/<.*/s, ""))

/** Names of several words, as `a::b`, are joined as scopes are. */
const nameIn = (text: string, node: SyntaxNode): string =>
  text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + SIGNATURE_MAX)).replaceAll(/\s+/g, "").replaceAll("::", ".").replaceAll("\\", ".").replace(/^(?:["'](.*)["']|:(\w.*))$/, "$1$2")

/** From the first word of the line, where only words stand before it, to where the body begins; without one, the first line. */
const signatureOf = (text: string, { start, end, name, body }: Item): string => {
  const from = headOf(text, start, (name as SyntaxNode).startIndex)
  const to = body !== null && body.startIndex > from ? body.startIndex : lineEnd(text, (name as SyntaxNode).startIndex, end)
  const said = text.slice(from, Math.min(to, from + 4 * SIGNATURE_MAX)).replaceAll(/\s+/g, " ").trim().replace(/\s*(?:\{|=>|=|:|\bdo|\bthen)$/, (tail) => (tail.trim() === "=>" ? " =>" : ""))
  return said.length > SIGNATURE_MAX ? `${said.slice(0, SIGNATURE_MAX - 1)}…` : said
}

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

const readImports = (text: string, nodes: readonly SyntaxNode[], { importsIn }: Tongue): readonly ReadImport[] =>
  nodes
    .map((node) => ({ start: node.startIndex, end: node.endIndex }))
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, end }) => importsIn(text.slice(start, end)).map((imported) => ({ imported, start, end })))

const readReferences = (text: string, found: Gathered, imports: readonly ReadImport[]): readonly Reference[] => {
  const names = Object.assign(Object.create(null), ...imports.map(({ imported }) => imported.aliases ?? {})) as Readonly<Record<string, string>>
  const imported = new Set(imports.flatMap((each) => each.imported.names))
  const counts = new Map<string, number>()
  const isTaken = within(imports)
  const count = (node: SyntaxNode, isMember: boolean): void => {
    if (found.quiet.has(node.startIndex) || isTaken(node.startIndex)) return
    found.quiet.add(node.startIndex)
    const word = wordOf(text, node)
    if (!isMember && found.bindings.has(word) && !imported.has(word)) return
    if (!STARTS_A_NAME.test(word)) return
    const name = (isMember ? undefined : names[word]) ?? word
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const node of found.members) count(node, true)
  for (const node of found.references) count(node, false)
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Some grammars call `1` and `:` names, too. */
const STARTS_A_NAME = /^[\p{L}_$#@]/u

/** Whether a place lies in one of the statements. Those that only call for a file hold no names but their own. */
const within = (imports: readonly ReadImport[]): ((place: number) => boolean) => {
  const places = imports.filter(({ imported }, index) => imported.specifier !== imports[index - 1]?.imported.specifier || imports[index - 1]?.start !== imports[index]?.start)
  return (place) => {
    let low = 0
    let high = places.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const { start, end } = places[middle] as ReadImport
      if (place < start) high = middle - 1
      else if (place >= end) low = middle + 1
      else return true
    }
    return false
  }
}
