import { Graph, layout } from "@dagrejs/dagre"

/** The one door to the layout of graphs. It is heavy: load this file where a picture is wanted. */

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Wire {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly label: Size | null
}

/** Where everything stands. Boxes are named by their upper left corner. */
export interface LaidOut extends Size {
  readonly boxes: ReadonlyMap<string, Point & Size>
  readonly wires: ReadonlyMap<string, { readonly points: readonly Point[]; readonly label: (Point & Size) | null }>
}

const MARGIN = 24

/** Places boxes in layers, so that wires lead downwards and cross little; the same boxes and wires always in the same way. */
export const laidOut = (boxes: ReadonlyMap<string, Size>, wires: readonly Wire[]): LaidOut => {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 56, edgesep: 18, marginx: MARGIN, marginy: MARGIN })
  for (const [id, size] of boxes) graph.setNode(id, { ...size })
  for (const { id, from, to, label } of wires) graph.setEdge(from, to, label === null ? {} : { ...label, labelpos: "c" }, id)
  layout(graph)
  const { width = 2 * MARGIN, height = 2 * MARGIN } = graph.graph() as Partial<Size>
  return {
    width: Number.isFinite(width) ? width : 2 * MARGIN,
    height: Number.isFinite(height) ? height : 2 * MARGIN,
    boxes: new Map([...boxes].map(([id, size]) => [id, cornered({ ...size, ...(graph.node(id) as Point) })])),
    wires: new Map(
      wires.map(({ id, from, to, label }) => {
        const laid = graph.edge(from, to, id) as { readonly points: readonly Point[]; readonly x?: number; readonly y?: number }
        return [
          id,
          {
            points: laid.points,
            label: label === null || laid.x === undefined || laid.y === undefined ? null : cornered({ ...label, x: laid.x, y: laid.y })
          }
        ]
      })
    )
  }
}

/** The layout names a box by its middle. */
const cornered = ({ x, y, width, height }: Point & Size): Point & Size => ({ x: x - width / 2, y: y - height / 2, width, height })
