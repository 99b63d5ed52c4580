import { decodeEntities } from "./entities.ts"
import { makePaper } from "./paper.ts"
import { nextTag, type Tag } from "./tags.ts"

/** A page as text with a little Markdown: headings, links, lists, code; what is not shown or runs is left out. Takes time in proportion to its length. */
export const readableText = (html: string, base: URL): string => {
  const paper = makePaper()
  const links: { readonly at: number; readonly href: string }[] = []
  const lists: (number | null)[] = []
  let skipped = ""
  let depth = 0
  const open = ({ name, attribute }: Tag): void => {
    if (HEADING.test(name)) {
      paper.breakLine(2)
      return paper.mark(`${"#".repeat(Number(name.charAt(1)))} `)
    }
    switch (name) {
      case "br":
        return paper.breakLine(1, true)
      case "hr":
        paper.breakLine(2)
        paper.mark("---")
        return paper.breakLine(2)
      case "a": {
        const href = linkOf(attribute("href"), base)
        if (href !== null) links.push({ at: paper.hole(), href })
        return
      }
      case "img": {
        const alt = decodeEntities(attribute("alt") ?? "").trim()
        return alt === "" ? undefined : paper.text(`[image: ${alt}]`)
      }
      case "ul":
      case "ol":
        paper.breakLine(lists.length === 0 ? 2 : 1)
        return void lists.push(name === "ol" ? 1 : null)
      case "li": {
        paper.breakLine(1)
        const number = lists.at(-1) ?? null
        if (number !== null) lists[lists.length - 1] = number + 1
        return paper.mark(`${"  ".repeat(Math.min(LISTS_MAX, Math.max(0, lists.length - 1)))}${number === null ? "-" : `${number}.`} `)
      }
      case "td":
      case "th":
        return paper.cell()
      case "pre":
        paper.breakLine(2)
        paper.mark("```")
        paper.breakLine(1)
        return paper.keepBlanks(true)
      case "code":
        return paper.openCode()
    }
    return PARAGRAPHS.has(name) ? paper.breakLine(2) : LINES.has(name) ? paper.breakLine(1) : undefined
  }
  const close = ({ name }: Tag): void => {
    switch (name) {
      case "a": {
        const link = links.pop()
        return link === undefined ? undefined : paper.fillHole(link.at, "[", `](${link.href})`)
      }
      case "ul":
      case "ol":
        lists.pop()
        return paper.breakLine(lists.length === 0 ? 2 : 1)
      case "pre":
        paper.keepBlanks(false)
        paper.breakLine(1)
        paper.mark("```")
        return paper.breakLine(2)
      case "code":
        return paper.closeCode()
    }
    return PARAGRAPHS.has(name) || HEADING.test(name) ? paper.breakLine(2) : LINES.has(name) ? paper.breakLine(1) : undefined
  }
  const lowered = html.toLowerCase()
  let at = 0
  while (at < html.length) {
    const tag = nextTag(html, lowered, at)
    if (skipped === "") paper.text(decodeEntities(html.slice(at, tag?.from ?? html.length)))
    if (tag === null) break
    at = tag.to
    if (skipped === "" && !SKIPPED.has(tag.name)) {
      if (tag.closes) close(tag)
      else open(tag)
    } else if (!tag.empty && (skipped === "" || tag.name === skipped)) {
      depth = Math.max(0, depth + (tag.closes ? -1 : 1))
      skipped = depth === 0 ? "" : tag.name
    }
  }
  return paper.whole()
}

/** Lists in lists are set in no deeper than this. */
const LISTS_MAX = 8
const HEADING = /^h[1-6]$/
const SKIPPED: ReadonlySet<string> = new Set(["noscript", "template", "svg", "iframe", "canvas", "object", "select", "math"])
const PARAGRAPHS: ReadonlySet<string> = new Set(
  "p blockquote table section article main header footer nav aside figure form dl fieldset details title".split(" ")
)
const LINES: ReadonlySet<string> = new Set("div tr li dt dd summary figcaption caption legend address option body".split(" "))

const linkOf = (href: string | null, base: URL): string | null => {
  const text = decodeEntities(href ?? "").trim()
  if (text === "" || text.startsWith("#") || !URL.canParse(text, base.href)) return null
  const url = new URL(text, base.href)
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : null
}
