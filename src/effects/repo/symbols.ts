import type { Language } from "../os/grammar.ts"

export type { Language } from "../os/grammar.ts"

/** What a definition is, in words that all languages share: a `trait` is also a protocol, a `module` also a namespace, package or object. */
export type DefinitionKind =
  | "class"
  | "constant"
  | "enum"
  | "field"
  | "function"
  | "interface"
  | "macro"
  | "method"
  | "module"
  | "struct"
  | "trait"
  | "type"
  | "union"
  | "variable"

/** Something that a file brings into being under a name. */
export interface Definition {
  readonly name: string
  readonly kind: DefinitionKind
  /** Where the name stands. Units: lines, from 1. */
  readonly line: number
  /** Where it ends. Units: lines, from 1. */
  readonly endLine: number
  /** What is said before its body, in one line, bounded. */
  readonly signature: string
  /** The names of what it lies in, outermost first, joined by "."; `null` where it lies in the file itself. */
  readonly scope: string | null
  /** Whether other files may use it; `null` where the language does not say. */
  readonly exported: boolean | null
}

/** A name that a file uses, and how often. The places where it defines it do not count. */
export interface Reference {
  readonly name: string
  readonly count: number
}

/** What a file takes from another. */
export interface Import {
  /** As the file says it. */
  readonly specifier: string
  /** What it takes, by the names that it has there; empty where it takes the whole. */
  readonly names: readonly string[]
  /** The path of the file in the repository that it leads to; `null` where it leads outside or nobody can tell. */
  readonly file: string | null
}

/** What is known of one file of a repository. */
export interface FileSymbols {
  /** Relative to the root, with `/`. */
  readonly path: string
  /** SHA-256 of its content; empty where it was not read. */
  readonly hash: string
  readonly bytes: number
  /** `null` where no grammar reads it. */
  readonly language: Language | null
  /** By place. */
  readonly definitions: readonly Definition[]
  /** By name. */
  readonly references: readonly Reference[]
  /** By place. */
  readonly imports: readonly Import[]
  /** Why it is known by its name only although it has a language; `null` where it is not. */
  readonly fault: string | null
}

/** All that is known of the files of a repository. A new one is made when something changed; one that was handed out stays as it is. */
export interface RepoIndex {
  /** Canonical. */
  readonly root: string
  /** By path, in the order of the paths. */
  readonly files: ReadonlyMap<string, FileSymbols>
  /** Tells two states of a root apart: it is the same only where nothing changed. */
  readonly version: number
}
