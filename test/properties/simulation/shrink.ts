import type { Move, Plan, Speech } from "./plan.ts"

/** Whether a plan still shows what the first one showed. */
export type Shows = (plan: Plan) => Promise<boolean>

/**
 * A plan that still shows it and from which nothing more can be left out, within so many tries: lists lose halves, quarters, single items,
 * then what is left is made plainer.
 */
export const shrunk = async (plan: Plan, shows: Shows, triesMax: number): Promise<Plan> => {
  let left = triesMax
  const tried = async (candidate: Plan): Promise<boolean> => left-- > 0 && (await shows(candidate))
  let best = plan
  for (let before: Plan | null = null; before !== best && left > 0; ) {
    before = best
    for (const list of LISTS) best = await withoutItems(best, list, tried)
    best = await plainer(best, tried)
  }
  return best
}

const LISTS = ["moves", "answers", "approvals", "disk", "rumours", "checkpoints", "keepers", "hooks"] as const satisfies readonly (keyof Plan)[]

/** Drops runs of items, the longest first. */
const withoutItems = async (plan: Plan, list: (typeof LISTS)[number], shows: Shows): Promise<Plan> => {
  let best = plan
  for (let size = best[list].length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = best[list].length - size; from >= 0; from -= size) {
      const candidate: Plan = { ...best, [list]: best[list].toSpliced(from, size) }
      if (await shows(candidate)) best = candidate
    }
  }
  return best
}

/** Each thing that is special, made plain by itself. What is shorter as JSON is plainer, so that no two changes undo each other for ever. */
const plainer = async (plan: Plan, shows: Shows): Promise<Plan> => {
  let best = plan
  const keep = async (change: (plan: Plan) => Plan): Promise<boolean> => {
    const candidate = change(best)
    if (JSON.stringify(candidate).length >= JSON.stringify(best).length || !(await shows(candidate))) return false
    best = candidate
    return true
  }
  for (const setting of PLAIN_SETTINGS) await keep((now) => ({ ...now, setting: { ...now.setting, ...setting } }))
  for (const name of Object.keys(best.setting.limits)) await keep((now) => ({ ...now, setting: { ...now.setting, limits: without(now.setting.limits, name) } }))
  for (const name of Object.keys(best.setting.slowMs)) await keep((now) => ({ ...now, setting: { ...now.setting, slowMs: without(now.setting.slowMs, name) } }))
  for (const index of best.moves.keys()) for (const change of PLAINER_MOVES) await keep((now) => ({ ...now, moves: changed(now.moves, index, change) }))
  for (const index of best.answers.keys()) {
    for (const change of PLAINER_SPEECHES) await keep((now) => ({ ...now, answers: changed(now.answers, index, change) }))
    for (let block = blocksOf(best, index) - 1; block >= 0; block--) await keep((now) => ({ ...now, answers: changed(now.answers, index, withoutBlock(block)) }))
  }
  return best
}

const PLAIN_SETTINGS: readonly Partial<Plan["setting"]>[] = [
  { slowMs: {} },
  { rules: [] },
  { limits: {} },
  { mode: "bypass" },
  { attended: true },
  { yieldOperations: 2048 },
  { files: false }
]

const PLAINER_MOVES: readonly ((move: Move) => Move)[] = [
  (move) => ({ ...move, pauseMs: 0 }),
  (move) => (move.deed.does === "says" ? { ...move, deed: { does: "says", parts: [{ type: "text", text: "go" }] } } : move)
]

const PLAINER_SPEECHES: readonly ((speech: Speech) => Speech)[] = [
  (speech) => ({ ...speech, fault: null }),
  (speech) => ({ ...speech, startMs: 1 }),
  (speech) => ({ ...speech, gapMs: 0 }),
  ({ answer: { stop: _stop, usage: _usage, ...answer }, ...speech }) => ({ ...speech, answer }),
  (speech) => ({ ...speech, answer: { ...speech.answer, blocks: speech.answer.blocks.map((block) => (block.type === "tool-call" ? block : { ...block, text: "." })) } })
]

const blocksOf = ({ answers }: Plan, index: number): number => answers[index]?.answer.blocks.length ?? 0

/** A model says something at least. */
const withoutBlock = (block: number) => (speech: Speech): Speech =>
  speech.answer.blocks.length < 2 ? speech : { ...speech, answer: { ...speech.answer, blocks: speech.answer.blocks.toSpliced(block, 1) } }

const changed = <T>(items: readonly T[], index: number, change: (item: T) => T): readonly T[] => items.with(index, change(items[index] as T))

const without = <T extends object>(record: T, name: string): T => Object.fromEntries(Object.entries(record).filter(([key]) => key !== name)) as T
