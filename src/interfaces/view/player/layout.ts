import type { Player } from "./player.ts"

/** Units: columns and rows of the terminal. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** How the room below the head is shared out; 0 rows: not shown. */
export interface Layout {
  readonly columns: number
  /** Story and pane side by side, else one above the other. */
  readonly beside: boolean
  readonly storyColumns: number
  readonly storyRows: number
  readonly paneColumns: number
  readonly paneRows: number
}

/** From this width on, story and pane stand side by side. */
const BESIDE_FROM = 120
/** Fewer rows are not shared. */
const SHARED_FROM = 14
/** What stands above and below: place, bar, names of the panes, keys. */
const FRAME_ROWS = 4
const DIVIDER_COLUMNS = 3

export const layoutOf = ({ pane, help }: Pick<Player, "pane" | "help">, { columns, rows }: Size): Layout => {
  const room = Math.max(1, rows - FRAME_ROWS)
  const whole = { columns, beside: false, storyColumns: columns, storyRows: 0, paneColumns: columns, paneRows: 0 }
  if (help) return { ...whole, paneRows: room }
  if (pane === "story") return { ...whole, storyRows: room }
  if (columns >= BESIDE_FROM) {
    const storyColumns = Math.floor(columns * 0.45)
    return { ...whole, beside: true, storyColumns, storyRows: room, paneColumns: columns - storyColumns - DIVIDER_COLUMNS, paneRows: room }
  }
  if (room < SHARED_FROM) return { ...whole, paneRows: room }
  const storyRows = Math.floor(room * 0.4)
  return { ...whole, storyRows, paneRows: room - storyRows }
}
