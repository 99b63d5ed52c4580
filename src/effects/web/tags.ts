/** A tag of a page. Shape: `html.slice(from, to)`, the text of an element that is none of the page included. */
export interface Tag {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly closes: boolean
  /** Written as `<name/>`. */
  readonly empty: boolean
  readonly attribute: (name: string) => string | null
}

/** What stands in these is no part of the page as it is read. */
const RAW: ReadonlySet<string> = new Set(["script", "style", "xmp", "noembed", "noframes"])

/** The next tag at or after `at`; comments and what scripts and styles hold count as tags without a name. A page that ends within one has no more. */
export const nextTag = (html: string, lowered: string, at: number): Tag | null => {
  for (let from = html.indexOf("<", at); from >= 0; from = html.indexOf("<", from + 1)) {
    const next = html.charAt(from + 1)
    if (next === "!" || next === "?") return skippedTag(from, endOfMarkup(html, from))
    const closes = next === "/"
    const start = from + (closes ? 2 : 1)
    if (!/[a-z]/i.test(html.charAt(start))) continue
    const end = endOfTag(html, start)
    const name = (/^[^\s/>]+/.exec(lowered.slice(start, start + 40)) ?? [""])[0]
    if (!closes && RAW.has(name)) return skippedTag(from, endOfRaw(lowered, name, end))
    const inside = html.slice(start + name.length, end - 1)
    return { name, from, to: end, closes, empty: inside.endsWith("/"), attribute: (wanted) => attributeIn(inside, wanted) }
  }
  return null
}

const skippedTag = (from: number, to: number): Tag => ({ name: "", from, to, closes: false, empty: true, attribute: () => null })

const behind = (index: number, length: number, html: string): number => (index < 0 ? html.length : index + length)

const endOfMarkup = (html: string, from: number): number =>
  html.startsWith("<!--", from) ? behind(html.indexOf("-->", from + 4), 3, html) : behind(html.indexOf(">", from), 1, html)

const endOfRaw = (lowered: string, name: string, end: number): number => {
  const close = lowered.indexOf(`</${name}`, end)
  return close < 0 ? lowered.length : behind(lowered.indexOf(">", close), 1, lowered)
}

/** Behind the `>` that is in no quoted value. A quote is one only where a value begins. */
const endOfTag = (html: string, start: number): number => {
  let quote = ""
  let last = ""
  for (let index = start; index < html.length; index++) {
    const character = html.charAt(index)
    if (quote !== "") {
      if (character === quote) quote = ""
    } else if (character === ">") return index + 1
    else if ((character === '"' || character === "'") && last === "=") quote = character
    if (!/\s/.test(character)) last = character
  }
  return html.length
}

const attributeIn = (inside: string, wanted: string): string | null => {
  const found = new RegExp(`(?:^|\\s)${wanted}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(inside)
  return found === null ? null : (found[1] ?? found[2] ?? found[3] ?? "")
}
