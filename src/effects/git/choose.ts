import type { Found, Link } from "./found.ts"

/** Units: bytes. What is ignored is kept as long as it is small: a `.env`, a build's settings; never what can be made again. */
export const IGNORED_BYTES_MAX = 256 * 1024
export const IGNORED_TOGETHER_BYTES_MAX = 20 * 1024 * 1024
/** A file beyond this is data, not a source; copying it at each change would fill the disk. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024
/** What all files that are new to one checkpoint may weigh, and count; beyond it the workspace is none (a home directory, say). */
const TOGETHER_BYTES_MAX = 4 * 1024 * 1024 * 1024
const FILES_MAX = 300_000

/** Directories that tools fill and can fill again; ignored ones are left out whole. */
const FILLED_BY_TOOLS: ReadonlySet<string> = new Set(
  (
    "node_modules bower_components jspm_packages .pnpm-store .yarn .npm target .venv venv __pycache__ .tox .nox .eggs site-packages .mypy_cache " +
    ".pytest_cache .ruff_cache .gradle .m2 .cargo .rustup .stack-work dist-newstyle _build deps .elixir_ls Pods Carthage DerivedData " +
    ".build .next .nuxt " +
    ".svelte-kit .astro .turbo .parcel-cache .cache .angular .terraform .dart_tool .pub-cache elm-stuff coverage .nyc_output .direnv .bundle vendor"
  ).split(" ")
)

export const isFilledByTools = (path: string): boolean => path.split("/").some((name) => FILLED_BY_TOOLS.has(name))

/** What is not in a checkpoint, and why. */
export interface LeftOut {
  readonly path: string
  readonly why: string
  /** Whether the person's own rules ignore it, so that nobody will miss it. */
  readonly ignored: boolean
}

/** What was found where the files differ from the index. Shape: all paths are relative to the top, `prefix` leads from it to the root. */
export interface Findings {
  readonly prefix: string
  /** New or changed, and not ignored. */
  readonly files: readonly Found[]
  /** Ignored: new ones, and all that are in the index. */
  readonly ignored: readonly Found[]
  readonly ignoredKept: ReadonlySet<string>
  /** All that is in the index and changed. */
  readonly changed: ReadonlySet<string>
  readonly gone: readonly string[]
  readonly leftOut: readonly LeftOut[]
}

/** What the index shall take over, and what it shall not hold. */
export interface Choice {
  /** Taken as they are now; those that are gone are taken out. */
  readonly write: readonly string[]
  /** Taken out although they are there. */
  readonly drop: readonly string[]
  readonly links: readonly Link[]
  readonly leftOut: readonly LeftOut[]
  /** In words, where the workspace is too large to be kept at all. */
  readonly tooMuch: string | null
}

export const choose = (findings: Findings): Choice => {
  const plain = chooseFiles(findings)
  const ignored = chooseIgnored(findings)
  const write = [...findings.gone, ...plain.write, ...ignored.write]
  return {
    write,
    drop: [...plain.drop, ...ignored.drop],
    links: findings.files.flatMap((found) => found.link ?? []),
    leftOut: [...findings.leftOut, ...plain.leftOut, ...ignored.leftOut],
    tooMuch: tooMuch(write.length, plain.bytes)
  }
}

interface Chosen {
  readonly write: string[]
  readonly drop: string[]
  readonly leftOut: LeftOut[]
  bytes: number
}

const chooseFiles = (findings: Findings): Chosen => {
  const chosen: Chosen = { write: [], drop: [], leftOut: [], bytes: 0 }
  for (const found of findings.files) {
    const { keep, why } = judge(found, FILE_BYTES_MAX)
    if (keep) chosen.write.push(found.path)
    else if (found.link === null && findings.changed.has(found.path)) chosen.drop.push(found.path)
    if (keep) chosen.bytes += found.bytes
    if (why !== "") chosen.leftOut.push({ path: found.path, why, ignored: false })
  }
  return chosen
}

const chooseIgnored = (findings: Findings): Chosen => {
  const chosen: Chosen = { write: [], drop: [], leftOut: [], bytes: 0 }
  for (const found of [...findings.ignored].sort(byPath)) {
    const { keep, why } = judgeIgnored(found, chosen.bytes, findings.prefix)
    const kept = findings.ignoredKept.has(found.path)
    if (keep && (!kept || findings.changed.has(found.path))) chosen.write.push(found.path)
    if (!keep && kept) chosen.drop.push(found.path)
    if (keep) chosen.bytes += found.bytes
    if (why !== "") chosen.leftOut.push({ path: found.path, why, ignored: true })
  }
  return chosen
}

/** Whether it is kept, and what is to be said about it. */
interface Verdict {
  readonly keep: boolean
  readonly why: string
}

const judge = (found: Found, bytesMax: number): Verdict => {
  if (found.path.includes("\uFFFD")) return { keep: false, why: "its name is not valid UTF-8" }
  switch (found.kind) {
    case "file":
      return found.bytes <= bytesMax ? { keep: true, why: "" } : { keep: false, why: `${sizeOf(found.bytes)}, more than ${sizeOf(bytesMax)}` }
    case "link":
      return { keep: true, why: "" }
    case "repository":
      return { keep: false, why: `a repository of its own${found.link === null ? ", without a commit" : "; only its commit is kept"}` }
    case "unreadable":
      return { keep: false, why: "it cannot be read" }
    case "special":
    case "missing":
      return { keep: false, why: "" }
  }
}

const judgeIgnored = (found: Found, together: number, prefix: string): Verdict => {
  const verdict = judge(found, IGNORED_BYTES_MAX)
  if (!verdict.keep) return verdict
  if (isFilledByTools(found.path.slice(prefix.length))) return { keep: false, why: "tools can make it again" }
  if (together + found.bytes <= IGNORED_TOGETHER_BYTES_MAX) return verdict
  return { keep: false, why: `ignored files weigh more than ${sizeOf(IGNORED_TOGETHER_BYTES_MAX)} together` }
}

const tooMuch = (files: number, bytes: number): string | null =>
  files > FILES_MAX || bytes > TOGETHER_BYTES_MAX
    ? `${files} new files of ${sizeOf(bytes)} together are more than a checkpoint keeps (${FILES_MAX} files, ${sizeOf(TOGETHER_BYTES_MAX)}); ` +
      "name what need not be kept in .gitignore, or work in a smaller directory"
    : null

const byPath = (a: Found, b: Found): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

/** `sizeOf(262144)  // => "256 kB"` */
export const sizeOf = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} kB`
  if (bytes < 1024 * 1024 * 1024) return `${round(bytes / (1024 * 1024))} MB`
  return `${round(bytes / (1024 * 1024 * 1024))} GB`
}

const round = (value: number): number => Math.ceil(value * 10) / 10
