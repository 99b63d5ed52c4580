import type { CommandFact } from "../../../machine/event.ts"
import { locate, type Located } from "../../os/path.ts"
import { onlyReads } from "./reads.ts"
import type { Run } from "./touched.ts"
import type { Word } from "./word.ts"
import { wordsOf } from "./words.ts"

/** The commands of a line that was told apart, each with the folders that it may run in. */
export const runsTold = (
  line: string,
  commands: readonly CommandFact[],
  words: readonly (readonly Word[])[],
  place: Located,
  roots: readonly string[]
): readonly Run[] => {
  const everywhere = foldersOf(
    commands.map(({ text }) => text),
    place,
    roots
  )
  return commands.map(({ reads, cwd }, index) => ({
    words: words[index] ?? [],
    reads,
    piped: index > 0 && line.includes("|"),
    folders: cwd === null ? everywhere : [cwd === undefined ? (roots[0] ?? "/") : cwd.startsWith("/") ? cwd : `${roots[0]}/${cwd}`]
  }))
}

/** The commands of which only a text was seen: inside others, or in a line that could not be told apart. What was `told` already is left out. */
export const runsSeen = (texts: readonly string[], place: Located, roots: readonly string[], told: readonly string[] = []): readonly Run[] => {
  const folders = foldersOf([...texts, ...told], place, roots)
  const inner = (text: string): boolean => [...texts, ...told].some((other) => other !== text && text.endsWith(` ${other}`))
  return texts.filter((text) => !inner(text)).map((text) => runOf(wordsIn(text), folders))
}

/** What redirections of such a line open. */
export const runsOpening = (line: string, texts: readonly string[], place: Located, roots: readonly string[]): readonly Run[] => {
  const folders = foldersOf(texts, place, roots)
  return Array.from(line.matchAll(/([<>])[|&]?[ \t]*([^\s<>&|;()]+)/g), ([, sign, target = ""]) =>
    runOf([sign === "<" ? "cat" : "tee", target], folders)
  )
}

/** What a loop goes through, and what is kept under a name: some command gets it, and which one is not looked for. */
export const runsGiven = (line: string, texts: readonly string[], reads: boolean, place: Located, roots: readonly string[]): readonly Run[] => {
  const given = [...Array.from(line.matchAll(LOOP), ([, words = ""]) => words), ...Array.from(line.matchAll(KEPT), ([, word = ""]) => word)]
  const words = given.flatMap(wordsIn).filter((word) => word !== "")
  return words.length === 0 ? [] : [{ ...runOf(["", ...words], foldersOf(texts, place, roots)), reads }]
}

const LOOP = /(?:^|[\s;&|(])for[ \t]+\w+[ \t]+in[ \t]+([^;\n]*)/g
const KEPT = /(?:^|[\s;&|(])[A-Za-z_]\w*=('[^']*'|"[^"]*"|[^\s;&|()]+)/g

/** Longer texts are cut at blanks, whatever stands in quotes. Units: characters. */
const TEXT_MAX = 10_000

const wordsIn = (text: string): readonly string[] => (text.length > TEXT_MAX ? null : wordsOf(text)) ?? text.split(/\s+/)

/** A command by its words. */
export const runOf = (words: readonly string[], folders: readonly string[]): Run => ({
  words: words.map(wordAsSeen),
  reads: onlyReads(words),
  piped: false,
  folders
})

/** What looks as if a shell would expand it is taken so. */
const wordAsSeen = (text: string): Word => {
  const open = /[*?[{~$`"'\\]/.test(text)
  return { value: open ? null : text, guess: text, known: !open, single: !open, operand: !text.startsWith("-") }
}

/** Folders that one line may be in. */
const FOLDERS_MAX = 8

/** Where the line begins, and all to which it may go from there. */
const foldersOf = (texts: readonly string[], { absolute }: Located, roots: readonly string[]): readonly string[] => {
  const folders = [absolute]
  for (const text of texts) {
    if (!text.startsWith("cd ")) continue
    const [, ...behind] = wordsIn(text)
    const folder = behind.find((word) => !/^-./.test(word))
    if (folder === undefined) continue
    for (const from of folders.slice()) {
      const there = folderAt(folder, from, roots)
      if (there !== null && !folders.includes(there) && folders.length < FOLDERS_MAX) folders.push(there)
    }
  }
  return folders
}

const folderAt = (folder: string, from: string, roots: readonly string[]): string | null => {
  try {
    return locate(roots, folder, from).absolute
  } catch {
    // It cannot be followed: the shell will say so.
    return null
  }
}
