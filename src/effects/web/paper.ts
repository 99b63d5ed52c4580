/** Text as it grows: blanks are one blank, and breaks wait until something follows. */
export const makePaper = () => {
  const pieces: string[] = []
  let breaks = 0
  let blank = false
  let atLineStart = true
  let verbatim = false
  let wordAt = 0
  const settle = (): void => {
    if (breaks > 0 && pieces.length > 0) pieces.push("\n".repeat(breaks))
    else if (blank && !atLineStart) pieces.push(" ")
    if (breaks > 0) atLineStart = true
    breaks = 0
    blank = false
  }
  const put = (text: string): void => {
    settle()
    wordAt = pieces.push(text) - 1
    atLineStart = false
  }
  const mark = (text: string): void => {
    put(text)
    atLineStart = true
  }
  return {
    mark,
    text: (text: string): void => {
      if (text === "") return
      if (verbatim) return put(text)
      const words = text.replaceAll(/[ \t\r\n\f\u00A0]+/g, " ")
      if (words.startsWith(" ")) blank = true
      const trimmed = words.trim()
      if (trimmed !== "") put(trimmed)
      if (trimmed !== "" && words.endsWith(" ")) blank = true
    },
    breakLine: (count: number, again = false): void => {
      if (verbatim) return again ? put("\n") : undefined
      breaks = again ? Math.min(2, breaks + count) : Math.max(breaks, count)
    },
    keepBlanks: (keep: boolean): void => {
      settle()
      verbatim = keep
    },
    openCode: (): void => (verbatim ? undefined : put("`")),
    closeCode: (): void => (verbatim ? undefined : void pieces.push("`")),
    cell: (): void => {
      if (breaks === 0 && !atLineStart) {
        blank = true
        put("|")
      }
      blank = true
    },
    /** A place before what follows; it stays empty unless it is filled. */
    hole: (): number => {
      settle()
      return pieces.push("") - 1
    },
    fillHole: (at: number, before: string, behind: string): void => {
      if (wordAt < at) return
      pieces[at] = before
      pieces.push(behind)
    },
    whole: (): string => pieces.join("").split("\n").map((line) => line.trimEnd()).join("\n").replaceAll(/\n{3,}/g, "\n\n").trim()
  }
}
