import { chmodSync, closeSync, createReadStream, createWriteStream, existsSync, openSync, readSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import { attempt, problem, problemOf, refuse, type Problem } from "../os/problem.ts"
import { attemptWriting, whyUnwritten } from "../os/unwritten.ts"
import { gitText, type GitError } from "./git.ts"
import { storeEnvironment, type Shadow } from "./shadow.ts"
import { objectsOf, type Memory } from "./take.ts"

/*
 * Checkpoints in one file that travels: a git bundle whose references are trees, so that git itself can check, list and fetch it.
 * It is written here and not by `git bundle`, which would need the references in the store first.
 */

/** A checkpoint under the name it has in a bundle. Shape: the name is the part of the reference behind `refs/loom/`. */
export interface NamedInBundle {
  readonly name: string
  readonly tree: string
}

/** Writes those of the trees that the store holds, and gives these back. None: no file. The file is there whole or not at all. */
export const writeBundle = Effect.fn("Checkpoints.writeBundle")(function*(
  memory: Memory,
  wanted: readonly NamedInBundle[],
  file: string
): Effect.fn.Return<readonly NamedInBundle[], GitError | Problem> {
  const held = yield* heldOf(memory, wanted)
  if (held.length === 0) return []
  const draft = `${file}.${process.pid}.part`
  // Git moves a pack to where it shall lie, which it can only within one file system; ours may be on another.
  const packing = join(memory.shadow.directory, `bundle.${process.pid}`)
  const joining = (pack: string) =>
    Effect.tryPromise({ try: () => joined(held, pack, draft), catch: (thrown) => problem(`write ${file}: ${whyUnwritten(file, thrown)}`) })
  const written = Effect.ensuring(
    Effect.flatMap(packed(memory, held, packing), joining),
    Effect.sync(() => dropDrafts(packing))
  )
  yield* Effect.andThen(
    written,
    attemptWriting(`write ${file}`, file, () => renameSync(draft, file))
  ).pipe(Effect.ensuring(Effect.sync(() => dropDrafts(draft))))
  return held
})

/** Takes all objects of a bundle into the store, or none, and says what it names. */
export const takeBundle = Effect.fn("Checkpoints.takeBundle")(function*(
  { shadow }: Memory,
  file: string
): Effect.fn.Return<readonly NamedInBundle[], GitError | Problem> {
  const { named, packAt } = yield* attempt(`read ${file}`, () => readHead(file))
  const draft = join(objectsOf(shadow), "pack", `tmp_bundle-${process.pid}-${++taken}`)
  const options = { cwd: shadow.directory, environment: storeEnvironment(shadow, false) }
  const copied = attemptAsync(`read ${file}`, () =>
    pipeline(createReadStream(file, { start: packAt }), createWriteStream(`${draft}.pack`, { mode: 0o600 }))
  )
  yield* copied.pipe(
    Effect.andThen(Effect.catchTag(gitText(["index-pack", `${draft}.pack`], options), "GitError", (error) => notWhole(file, error))),
    Effect.flatMap((hash) => attempt(`keep ${file}`, () => settle(shadow, draft, hash))),
    Effect.ensuring(Effect.sync(() => dropDrafts(draft)))
  )
  return named
})
let taken = 0

/** What a bundle names; its objects are not looked at. */
export const namesInBundle = (file: string): Effect.Effect<readonly NamedInBundle[], Problem> => attempt(`read ${file}`, () => readHead(file).named)

const heldOf = Effect.fnUntraced(function*({ shadow, borrowing }: Memory, wanted: readonly NamedInBundle[]) {
  if (wanted.length === 0) return []
  const options = { cwd: shadow.directory, environment: storeEnvironment(shadow, borrowing), input: wanted.map(({ tree }) => `${tree}\n`).join("") }
  const lines = (yield* gitText(["cat-file", "--batch-check=%(objecttype)"], options)).split("\n")
  return wanted.filter((_, index) => lines[index] === "tree")
})

/** The objects of the trees as one pack; its path. */
const packed = ({ shadow, borrowing }: Memory, held: readonly NamedInBundle[], draft: string): Effect.Effect<string, GitError> => {
  const options = {
    cwd: shadow.directory,
    environment: storeEnvironment(shadow, borrowing),
    input: [...new Set(held.map(({ tree }) => `${tree}\n`))].join("")
  }
  return Effect.map(gitText(["pack-objects", "--revs", "-q", "--window=10", draft], options), (hash) => {
    renameSync(`${draft}-${hash}.pack`, `${draft}.pack`)
    rmSync(`${draft}-${hash}.idx`, { force: true })
    return `${draft}.pack`
  })
}

const joined = async (held: readonly NamedInBundle[], pack: string, draft: string): Promise<void> => {
  writeFileSync(draft, `${SIGNATURE}\n${held.map(({ name, tree }) => `${tree} ${PLACE}${name}\n`).join("")}\n`, { mode: 0o600 })
  await pipeline(createReadStream(pack), createWriteStream(draft, { flags: "a" }))
  const handle = await open(draft, "r+")
  await handle.sync().finally(() => handle.close())
}

const SIGNATURE = "# v2 git bundle"
const PLACE = "refs/loom/"

/** Units: bytes; the names of a hundred thousand checkpoints are shorter. */
const HEAD_BYTES_MAX = 16 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

interface Head {
  readonly named: readonly NamedInBundle[]
  /** Where the pack begins in the file. */
  readonly packAt: number
}

/** Errors: throws a problem where the file is no bundle as `writeBundle` writes it. */
const readHead = (file: string): Head => {
  const bytes = readUntilBlankLine(file)
  const end = bytes.indexOf("\n\n")
  const [signature, ...lines] = bytes.toString("utf8", 0, Math.max(end, 0)).split("\n")
  const named = lines.flatMap((line) => {
    const [, tree, name] = /^([0-9a-f]{40}) refs\/loom\/(.+)$/.exec(line) ?? []
    return tree === undefined || name === undefined ? [] : [{ tree, name }]
  })
  if (end < 0 || signature !== SIGNATURE || named.length !== lines.length)
    refuse(`read ${file}: it is no bundle of checkpoints; \`loom export --with-files\` writes one`)
  return { named, packAt: end + 2 }
}

const readUntilBlankLine = (file: string): Buffer => {
  const handle = openSync(file, "r")
  try {
    let bytes = Buffer.alloc(0)
    while (bytes.indexOf("\n\n") < 0 && bytes.length < HEAD_BYTES_MAX) {
      const piece = Buffer.alloc(PIECE_BYTES)
      const read = readSync(handle, piece, 0, PIECE_BYTES, bytes.length)
      if (read === 0) break
      bytes = Buffer.concat([bytes, piece.subarray(0, read)])
    }
    return bytes
  } finally {
    closeSync(handle)
  }
}

const notWhole = (file: string, { message }: GitError): Effect.Effect<never, Problem> =>
  Effect.fail(problem(`read ${file}: it is damaged or cut (${message.replace(/^.*?: /, "")}); write it again with \`loom export --with-files\``))

/** The pack first: git knows of it once its index is there. */
const settle = (shadow: Shadow, draft: string, hash: string): void => {
  const place = join(objectsOf(shadow), "pack", `pack-${hash}`)
  if (existsSync(`${place}.idx`)) return
  for (const end of ["pack", "idx"]) {
    chmodSync(`${draft}.${end}`, 0o444)
    renameSync(`${draft}.${end}`, `${place}.${end}`)
  }
}

const dropDrafts = (draft: string): void => {
  try {
    for (const path of [draft, `${draft}.pack`, `${draft}.idx`]) rmSync(path, { force: true })
  } catch {
    // Where they cannot be removed they were never made.
  }
}

const attemptAsync = <A>(what: string, run: () => Promise<A>): Effect.Effect<A, Problem> =>
  Effect.tryPromise({ try: run, catch: (thrown) => problemOf(what, thrown) })
