import fc from "fast-check"
import { expect, test } from "vitest"
import { EDGE_TYPES, NODE_KINDS, NODE_STATUSES } from "../../../../src/effects/graph/node.ts"
import { svgOf } from "../../../../src/interfaces/view/graph/svg.ts"
import type { Drawn } from "../../../../src/interfaces/view/graph/walk.ts"
import { edge, node, signIn } from "../../../support/graph.ts"

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const boxesOf = (svg: string, name: string): readonly Box[] =>
  [...svg.matchAll(new RegExp(`<rect class="${name}" x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"`, "g"))].map(
    ([, x, y, width, height]) => ({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) })
  )

const overlaps = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** Whether every tag is closed by its own, every attribute quoted, and nothing stands raw that XML does not let stand; written against XML 1.0, not against the code. */
const isWellFormed = (xml: string): boolean => {
  const open: string[] = []
  let at = 0
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/y
  while (at < xml.length) {
    if (xml[at] !== "<") {
      const end = xml.indexOf("<", at) < 0 ? xml.length : xml.indexOf("<", at)
      const words = xml.slice(at, end)
      if (/[>\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&(?!(?:amp|lt|gt|quot|#10);)|\p{Cs}/u.test(words)) return false
      at = end
      continue
    }
    tag.lastIndex = at
    const found = tag.exec(xml)
    if (found === null) return false
    const [whole, closes, name, , alone] = found
    if (closes === "/" && open.pop() !== name) return false
    if (closes === "" && alone === "") open.push(name as string)
    at += whole.length
  }
  return open.length === 0
}

const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom("</svg><script>", "漢字".repeat(40), "&amp;", "\u0000\ud800\uffff", "a ".repeat(90))
)

/** Any graph, also one with rings and several edges between two nodes. */
const drawn: fc.Arbitrary<Drawn> = fc.integer({ min: 0, max: 14 }).chain((count) =>
  fc.record({
    nodes: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc
          .record({
            id: fc.constant(`n${index}`),
            kind: fc.constantFrom(...NODE_KINDS),
            status: fc.constantFrom(...NODE_STATUSES),
            title: words,
            description: words,
            confidence: fc.option(fc.integer({ min: 0, max: 100 })),
            origin: fc.constantFrom("said", "auto", "archaeology")
          })
          .map((sketch) => node(sketch))
      )
    ),
    edges:
      count < 2
        ? fc.constant([])
        : fc.uniqueArray(
            fc
              .tuple(fc.nat(count - 1), fc.nat(count - 1), fc.constantFrom(...EDGE_TYPES), words)
              .filter(([from, to]) => from !== to)
              .map(([from, to, type, reason]) => edge(`n${from}`, `n${to}`, type, reason)),
            { maxLength: 25, selector: ({ id }) => id }
          )
  })
)

test("of any graph the picture can be read as XML, its boxes lie apart and inside it, and it is the same every time (GRAPH-52)", () => {
  fc.assert(
    fc.property(drawn, (graph) => {
      const svg = svgOf(graph)
      expect(isWellFormed(svg)).toBe(true)
      const boxes = boxesOf(svg, "node")
      expect(boxes.length).toBe(graph.nodes.length)
      expect(boxes.flatMap((a, index) => boxes.slice(index + 1).filter((b) => overlaps(a, b)))).toEqual([])
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) as unknown as [string, string, string]
      expect(boxes.filter(({ x, y, width: wide, height: high }) => x < 0 || y < 0 || x + wide > Number(width) || y + high > Number(height))).toEqual([])
      expect(svgOf(graph)).toBe(svg)
    }),
    { numRuns: 60 }
  )
})

test("the check of the picture would find what it looks for", () => {
  expect(["<a></b>", "<a>", "<a>&</a>", "<a x=1></a>", "<a>\u0000</a>", "a > b"].map(isWellFormed)).toEqual([false, false, false, false, false, false])
  expect(isWellFormed('<a x="1"><b/>&lt;</a>')).toBe(true)
})

test("kinds have colours, what holds no more has dashes, and what recorded itself is faint", () => {
  const svg = svgOf(signIn)
  const line = (title: string): string => svg.split("\n").find((each) => each.includes(`>${title}<`)) ?? ""
  expect(line("Sessions in Redis")).toMatch(/fill="#fef3c7" stroke="#b45309" stroke-width="1.5" stroke-dasharray="6 4"/)
  expect(line("OpenID Connect")).not.toMatch(/dasharray/)
  expect([line("let people sign in"), line("People sign in once")].map((each) => each.startsWith('<g opacity="0.6">'))).toEqual([true, false])
  expect(svg).toContain('stroke="#b45309" stroke-width="1.4" stroke-dasharray="6 4" marker-end="url(#end-supersedes)"><title>supersedes: state must outlive a deploy</title>')
})
