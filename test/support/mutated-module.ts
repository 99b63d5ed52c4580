import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { evaluate, sourceAt, sourceOf, type Source } from "./linkable-source.ts"

/*
 * Faults put into our own text, so that laws and tables can show that they would notice. All of it happens in this process: each file is
 * made ready once, and of a mutant only what hears of the fault is evaluated again; everything else is shared by all mutants of a process.
 */

/** Replaces the one place where `find` stands in a file of `src`. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly put: string
}

/** A fault that something must notice. */
export interface Fault {
  /** What the faulty code does, in words. */
  readonly does: string
  readonly edits: readonly Edit[]
}

/** A fault in one place of a file of `src`. */
export const fault = (does: string, file: string, find: string, put: string): Fault => ({ does, edits: [{ file, find, put }] })

const REPOSITORY = join(import.meta.dirname, "../..")

/** Other modules in the place of packages, by the package's name; whoever imports one is evaluated anew. */
type Replaced = Readonly<Record<string, object>>

/**
 * What files of the repository export together, over code with these faults in it. Errors: rejects where a text to replace is not found
 * exactly once, or its file is no part of what is asked for.
 */
export const mutatedModule = async <M>(files: readonly string[], edits: readonly Edit[], replaced: Replaced = {}): Promise<M> => {
  const paths = files.map((file) => join(REPOSITORY, file))
  const sources = await everySource(paths)
  const faulty = await faultySources(sources, edits)
  const fresh = evaluating(sources, heirs(sources, (source) => faulty.has(source.path) || source.packages.some((name) => name in replaced)), faulty, replaced)
  return Object.assign({}, ...paths.map(fresh)) as M
}

/** All of ours that these files import, near and far. */
const everySource = async (paths: readonly string[]): Promise<ReadonlyMap<string, Source>> => {
  const sources = new Map<string, Source>()
  for (let next = paths; next.length > 0; ) {
    const found = await Promise.all([...new Set(next)].filter((path) => !sources.has(path)).map(sourceAt))
    for (const source of found) sources.set(source.path, source)
    next = found.flatMap((source) => source.ours).filter((path) => !sources.has(path) && existsSync(path))
  }
  return sources
}

const faultySources = async (sources: ReadonlyMap<string, Source>, edits: readonly Edit[]): Promise<ReadonlyMap<string, Source>> => {
  const texts = new Map<string, string>()
  for (const { file, find, put } of edits) {
    const path = join(REPOSITORY, "src", file)
    const text = texts.get(path) ?? sources.get(path)?.text
    if (text === undefined) throw new Error(`put a fault into ${file}: it is no part of what is tried; name a file that is imported there`)
    const places = placesOf(text, find)
    const [place] = places
    if (place === undefined || places.length > 1) {
      throw new Error(`put a fault into ${file}: the text to replace occurs ${places.length} times; make the mutant true to the code again:\n${find}`)
    }
    texts.set(path, text.slice(0, place.start) + put + text.slice(place.end))
  }
  return new Map(await Promise.all([...texts].map(async ([path, text]) => [path, await sourceOf(path, text)] as const)))
}

interface Place {
  readonly start: number
  readonly end: number
}

/** Where a piece of code stands as it is; where it stands nowhere so, it may be broken into lines otherwise. */
const placesOf = (text: string, find: string): readonly Place[] => {
  const exact = placesIn(text, find)
  if (exact.length > 0) return exact.map((start) => ({ start, end: start + find.length }))
  const wanted = find.replaceAll(/\s/g, "")
  const at = [...text.matchAll(/\S/g)].map(({ index }) => index)
  const dense = at.map((index) => text[index]).join("")
  return placesIn(dense, wanted).map((start) => ({ start: at[start] as number, end: (at[start + wanted.length - 1] as number) + 1 }))
}

const placesIn = (text: string, find: string): readonly number[] => {
  const places: number[] = []
  for (let start = text.indexOf(find); start !== -1; start = text.indexOf(find, start + find.length)) places.push(start)
  return places
}

/** The files that are touched, and all that import one of them, near and far. */
const heirs = (sources: ReadonlyMap<string, Source>, touched: (source: Source) => boolean): ReadonlySet<string> => {
  const found = new Set([...sources.values()].filter(touched).map(({ path }) => path))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const { path, ours } of sources.values()) if (ours.some((each) => found.has(each))) found.add(path)
  }
  return found
}

type Exports = Readonly<Record<string, unknown>>
type Modules = Map<string, { exports: Exports }>

/** What was evaluated without a fault; it hears of none. */
const sound: Modules = new Map()

/** Gives the exports of a file, evaluating what is not there yet; what is `anew` is not shared with others. */
const evaluating = (sources: ReadonlyMap<string, Source>, anew: ReadonlySet<string>, faulty: ReadonlyMap<string, Source>, replaced: Replaced): (path: string) => Exports => {
  const own: Modules = new Map()
  const exportsOf = (path: string): Exports => {
    const modules = anew.has(path) ? own : sound
    const there = modules.get(path)
    if (there !== undefined) return there.exports
    const module: { exports: Exports } = { exports: {} }
    modules.set(path, module)
    evaluate(faulty.get(path) ?? (sources.get(path) as Source), module, (name) => (name.startsWith(".") ? exportsOf(join(dirname(path), name)) : replaced[name]))
    return module.exports
  }
  return exportsOf
}
