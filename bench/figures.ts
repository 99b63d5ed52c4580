import type { Measure } from "./measure.ts"

/** Every figure of the bench in the order it is shown, and the file that measures it. */
export const FILE_BY_FIGURE = {
  reduce: "machine.ts",
  alloc: "machine.ts",
  growth: "machine.ts",
  replay: "log.ts",
  verify: "log.ts",
  chain: "log.ts",
  "player-jump": "player.ts",
  loop: "live.ts",
  record: "store.ts",
  open: "store.ts",
  graph: "graph.ts",
  "map-cold": "map-index.ts",
  "map-warm": "map-index.ts",
  "map-file": "map-index.ts",
  "map-checkout": "map-index.ts",
  sandbox: "sandbox.ts",
  start: "whole.ts",
  oneshot: "whole.ts",
  step: "whole.ts",
  read: "whole.ts",
  deltas: "whole.ts"
} as const

export type FigureName = keyof typeof FILE_BY_FIGURE

export const FIGURE_NAMES = Object.keys(FILE_BY_FIGURE) as readonly FigureName[]

export const isFigure = (name: string): name is FigureName => Object.hasOwn(FILE_BY_FIGURE, name)

/** What measures a figure; its file is loaded only now. */
export const measureOf = async (name: FigureName): Promise<Measure> => {
  const file: Readonly<Partial<Record<FigureName, Measure>>> = await LOAD_BY_FILE[FILE_BY_FIGURE[name]]()
  const measure = file[name]
  if (measure === undefined) throw new Error(`measure ${name}: ${FILE_BY_FIGURE[name]} exports nothing of that name`)
  return measure
}

const LOAD_BY_FILE = {
  "machine.ts": () => import("./machine.ts"),
  "log.ts": () => import("./log.ts"),
  "player.ts": async () => ({ "player-jump": (await import("./player.ts")).playerJump }),
  "live.ts": () => import("./live.ts"),
  "store.ts": () => import("./store.ts"),
  "graph.ts": () => import("./graph.ts"),
  "map-index.ts": async () => {
    const { mapCheckout, mapCold, mapFile, mapWarm } = await import("./map-index.ts")
    return { "map-cold": mapCold, "map-warm": mapWarm, "map-file": mapFile, "map-checkout": mapCheckout }
  },
  "sandbox.ts": () => import("./sandbox.ts"),
  "whole.ts": () => import("./whole.ts")
}
