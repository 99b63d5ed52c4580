import { CAPTURE, type Finds } from "../os/finds.ts"
import { ROLE, type Captures, type Marker } from "./captures.ts"
import { wordEnd } from "./word.ts"

/** A node that was captured: its place among the finds, and whether it is a plain word, as one number. */
export type Caught = number
const caught = (place: number, isWord: number): Caught => place * 2 + isWord
export const placeOf = (node: Caught): number => node >> 1

/** Something that others may lie in. */
export interface Item {
  readonly marker: Marker
  readonly node: Caught
  readonly start: number
  readonly end: number
  readonly name: Caught | null
  readonly body: Caught | null
  readonly owners: readonly Caught[]
  /** What it ends with, where its node does not hold all of it. */
  readonly tail: Caught | null
  /** Of two patterns that find the same, the first is meant. */
  readonly rank: number
}

/** What a text has of each kind. */
export interface Gathered {
  readonly text: string
  readonly finds: Finds
  readonly items: Item[]
  readonly imports: Caught[]
  readonly exports: Set<string>
  readonly bindings: Set<string>
  /** 1 at places of names that use nothing, by their places in the text. */
  readonly quiet: Uint8Array
  readonly members: Caught[]
  readonly references: Caught[]
}

/** Sorts what the patterns of a language find in a text by what it is for. */
export const gathered = (text: string, finds: Finds, captures: Captures): Gathered => {
  const found: Gathered = {
    text,
    finds,
    items: [],
    imports: [],
    exports: new Set(),
    bindings: new Set(),
    quiet: new Uint8Array(text.length + 1),
    members: [],
    references: []
  }
  const { numbers } = finds
  for (let at = 0, next = 0; at < numbers.length; at = next) {
    next = at + 2 + CAPTURE * (numbers[at + 1] as number)
    if (numbers[at] !== -1) gatherMatch(found, captures, at, next)
  }
  return found
}

const gatherMatch = (found: Gathered, { roles, markers, words }: Captures, at: number, next: number): void => {
  const pattern = found.finds.numbers[at] as number
  let item: Growing | null = null
  for (let capture = at + 2; capture < next; capture += CAPTURE) {
    const name = found.finds.numbers[capture] as number
    const role = roles[name] as number
    const node = caught(capture + 1, words[pattern * roles.length + name] as number)
    if (role === ROLE.reference) found.references.push(node)
    else if (role === ROLE.member) found.members.push(node)
    else if (role >= ROLE.name) note((item ??= growing()), role, node, markers[name] as Marker)
    else if (role !== ROLE.none) gatherAside(found, role, node)
  }
  if (item !== null) found.items.push(...itemsOf(found, item, pattern))
}

const gatherAside = (found: Gathered, role: number, node: Caught): void => {
  if (role === ROLE.import) found.imports.push(node)
  else if (role === ROLE.exports) found.exports.add(wordAt(found, node))
  else {
    if (role === ROLE.binding) found.bindings.add(wordAt(found, node))
    found.quiet[startOf(found, node)] = 1
  }
}

/** The captures of one match that make something others may lie in. */
interface Growing {
  marker: Marker | null
  node: Caught
  names: Caught[]
  owners: Caught[]
  body: Caught | null
  tail: Caught | null
}
const growing = (): Growing => ({ marker: null, node: 0, names: [], owners: [], body: null, tail: null })

const note = (item: Growing, role: number, node: Caught, marker: Marker): void => {
  if (role === ROLE.name) item.names.push(node)
  else if (role === ROLE.body) item.body ??= node
  else if (role === ROLE.tail) item.tail ??= node
  else if (role === ROLE.owner) item.owners.push(node)
  else Object.assign(item, { marker, node })
}

const itemsOf = (found: Gathered, { marker, node, names, owners, body, tail }: Growing, rank: number): readonly Item[] => {
  if (marker === null) return []
  const place = { marker, node, start: startOf(found, node), end: endOf(found, tail ?? node), body, tail, owners, rank }
  return names.length === 0 ? [{ ...place, name: null }] : names.map((name) => ({ ...place, name }))
}

/** Places in the text. */
export const startOf = ({ finds }: Gathered, node: Caught): number => finds.startOf(placeOf(node))
export const endOf = ({ text, finds }: Gathered, node: Caught): number => wordEnd(text, finds, placeOf(node), node % 2 === 1)
const wordAt = (found: Gathered, node: Caught): string => found.text.slice(startOf(found, node), endOf(found, node))
