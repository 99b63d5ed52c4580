import type { GraphEdge, GraphNode } from "../../../runtime/graph.ts"
import { columnsOf, cutTo } from "../width.ts"
import { EDGE_COLOURS, FILLS, STROKES } from "./colours.ts"
import { laidOut, type LaidOut, type Point, type Size } from "./layout.ts"
import { outWords, remarks } from "./node-words.ts"
import type { Drawn } from "./walk.ts"

/*
 * A graph as a picture that stands on its own: no script, no font and nothing else is fetched. All words are escaped.
 */

const BOX_WIDTH = 216
const PADDING = 12
const TITLE_LINE = 17
const SMALL_LINE = 15
const TITLE_LINES_MAX = 3
/** What a letter takes at most in these sizes. Units: pixels a column. */
const TITLE_COLUMN = 7.2
const SMALL_COLUMN = 6.2
const COLUMNS_MAX = Math.floor((BOX_WIDTH - 2 * PADDING) / TITLE_COLUMN)

export const svgOf = ({ nodes, edges }: Drawn): string => {
  const lines = new Map(nodes.map((node) => [node.id, linesOf(node.title)]))
  const boxes = new Map(nodes.map((node) => [node.id, sizeOf(node, lines.get(node.id)!.length)]))
  const place = laidOut(boxes, edges.map((edge) => ({ ...edge, label: labelSize(edge) })))
  const width = Math.ceil(Math.max(place.width, LEGEND_WIDTH))
  const height = Math.ceil(place.height + LEGEND_HEIGHT)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13">`,
    "<title>decision graph</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<defs>${Object.entries(EDGE_COLOURS).map(([type, colour]) => `<marker id="end-${type}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${colour}"/></marker>`).join("")}</defs>`,
    ...edges.map((edge) => wireOf(edge, place)),
    ...nodes.map((node) => boxOf(node, lines.get(node.id)!, place)),
    legend(place.height),
    "</svg>",
    ""
  ].join("\n")
}

const sizeOf = (node: GraphNode, titleLines: number): Size => ({
  width: BOX_WIDTH,
  height: 2 * PADDING + SMALL_LINE + titleLines * TITLE_LINE + (smallOf(node) === "" ? 0 : SMALL_LINE)
})

const smallOf = (node: GraphNode): string => cutTo(remarks(node).join(", "), Math.floor((BOX_WIDTH - 2 * PADDING) / SMALL_COLUMN))

/** A title in rows that fit into its box; what is too long is cut, and whole in the tooltip. */
const linesOf = (title: string): readonly string[] => {
  const rows: string[] = []
  for (const word of title.replaceAll(/\s+/g, " ").trim().split(" ").flatMap(pieces)) {
    const last = rows.at(-1)
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= COLUMNS_MAX) rows[rows.length - 1] = `${last} ${word}`
    else rows.push(word)
  }
  if (rows.length <= TITLE_LINES_MAX) return rows
  return [...rows.slice(0, TITLE_LINES_MAX - 1), cutTo(`${rows[TITLE_LINES_MAX - 1]} ${rows[TITLE_LINES_MAX]}`, COLUMNS_MAX)]
}

/** A word that is wider than its box, in pieces that are not. */
const pieces = (word: string): readonly string[] => {
  const parts: string[] = []
  let part = ""
  for (const letter of word) {
    if (columnsOf(part + letter) > COLUMNS_MAX) {
      parts.push(part)
      part = ""
    }
    part += letter
  }
  return [...parts, part]
}

const boxOf = (node: GraphNode, lines: readonly string[], { boxes }: LaidOut): string => {
  const { x, y, width, height } = boxes.get(node.id)!
  const small = smallOf(node)
  const left = x + PADDING
  const top = y + PADDING + 11
  return [
    `<g${node.origin === "auto" ? ' opacity="0.6"' : ""}><title>${escaped(tooltip(node))}</title>`,
    `<rect class="node" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8" fill="${FILLS[node.kind]}" stroke="${STROKES[node.kind]}" stroke-width="1.5"${dashes(node)}/>`,
    `<text x="${round(left)}" y="${round(top)}" font-size="11" font-weight="600" fill="${STROKES[node.kind]}">${node.kind}</text>`,
    ...lines.map(
      (line, index) =>
        `<text x="${round(left)}" y="${round(top + (index + 1) * TITLE_LINE)}" fill="#111827"${node.status === "active" ? "" : ' text-decoration="line-through"'}>${escaped(line)}</text>`
    ),
    ...(small === ""
      ? []
      : [
          `<text x="${round(left)}" y="${round(top + lines.length * TITLE_LINE + SMALL_LINE)}" font-size="11" fill="#4b5563">${escaped(small)}</text>`
        ]),
    "</g>"
  ].join("")
}

const dashes = ({ status }: GraphNode): string =>
  status === "superseded" ? ' stroke-dasharray="6 4"' : status === "abandoned" ? ' stroke-dasharray="2 4"' : ""

const tooltip = ({ title, description, author, createdAt }: GraphNode): string =>
  [
    title,
    ...(description === "" ? [] : [description]),
    `${new Date(createdAt).toISOString().slice(0, 16).replace("T", " ")}${author === null ? "" : `, ${author}`}`
  ].join("\n")

// ── edges ────────────────────────────────────────────────────────────────────────────────────────────────────────

const LABEL_COLUMNS_MAX = 32

/** That one thing leads to another, its arrow says. */
const labelOf = (edge: GraphEdge): string => {
  const words = edge.type === "leads_to" ? edge.reason : edge.reason === "" ? outWords(edge) : `${outWords(edge)}: ${edge.reason}`
  return cutTo(words.replaceAll(/\s+/g, " "), LABEL_COLUMNS_MAX)
}

const labelSize = (edge: GraphEdge): Size | null => {
  const words = labelOf(edge)
  return words === "" ? null : { width: columnsOf(words) * SMALL_COLUMN + 8, height: SMALL_LINE + 3 }
}

const wireOf = (edge: GraphEdge, { wires }: LaidOut): string => {
  const { points, label } = wires.get(edge.id)!
  const colour = EDGE_COLOURS[edge.type]
  const dashed = edge.type === "supersedes" ? ' stroke-dasharray="6 4"' : edge.type === "rejected" ? ' stroke-dasharray="2 3"' : ""
  const path = `<path d="${curve(points)}" fill="none" stroke="${colour}" stroke-width="1.4"${dashed} marker-end="url(#end-${edge.type})"><title>${escaped(`${outWords(edge)}${edge.reason === "" ? "" : `: ${edge.reason}`}`)}</title></path>`
  if (label === null) return path
  return `${path}<rect class="label" x="${round(label.x)}" y="${round(label.y)}" width="${round(label.width)}" height="${round(label.height)}" rx="3" fill="#ffffff"/><text x="${round(label.x + label.width / 2)}" y="${round(label.y + 12.5)}" font-size="11" fill="${colour}" text-anchor="middle">${escaped(labelOf(edge))}</text>`
}

/** Through the middles between its points, so that it turns softly. */
const curve = (points: readonly Point[]): string => {
  const [first, ...rest] = points
  if (first === undefined) return ""
  const turns = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] as Point
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    return `Q${round(point.x)} ${round(point.y)} ${round(end.x)} ${round(end.y)}`
  })
  const straight = rest.length === 1 ? `L${round(rest[0]!.x)} ${round(rest[0]!.y)}` : ""
  return `M${round(first.x)} ${round(first.y)}${turns.join("")}${straight}`
}

// ── what the colours mean ────────────────────────────────────────────────────────────────────────────────────────

const LEGEND_HEIGHT = 40
const LEGEND_STEP = 96
const LEGEND_WIDTH = Object.keys(FILLS).length * LEGEND_STEP + 40

const legend = (top: number): string =>
  `<g font-size="11" fill="#374151">${Object.entries(FILLS)
    .map(([kind, fill], index) => {
      const x = 24 + index * LEGEND_STEP
      return `<rect x="${x}" y="${round(top + 6)}" width="12" height="12" rx="3" fill="${fill}" stroke="${STROKES[kind as keyof typeof STROKES]}"/><text x="${x + 18}" y="${round(top + 16)}">${kind}</text>`
    })
    .join("")}</g>`

const round = (value: number): string => String(Math.round(value * 10) / 10)

/** Words as XML; what XML cannot hold is left out. Source: XML 1.0, 2.2 */
const escaped = (words: string): string =>
  words
    .toWellFormed()
    .replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
