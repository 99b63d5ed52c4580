import type { Plan, Speech } from "./plan.ts"

/** Whether a plan still shows what the first one showed. */
export type Shows = (plan: Plan) => Promise<boolean>

/**
 * A plan that still shows it and from which nothing more can be left out, within so many tries: lists lose halves, quarters, single items,
 * then what is left is made plainer.
 */
export const shrunk = async (plan: Plan, shows: Shows, triesMax = 600): Promise<Plan> => {
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

const LISTS = ["moves", "answers", "approvals", "disk", "rumours", "checkpoints", "keepers"] as const satisfies readonly (keyof Plan)[]

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

/** Each thing that is special, made plain by itself. */
const plainer = async (plan: Plan, shows: Shows): Promise<Plan> => {
  let best = plan
  const keep = async (candidate: Plan): Promise<void> => {
    if (JSON.stringify(candidate) !== JSON.stringify(best) && (await shows(candidate))) best = candidate
  }
  for (const setting of [{ slowMs: {} }, { rules: [] }, { limits: {} }, { mode: "bypass" }, { attended: true }, { files: false }] as const) await keep({ ...best, setting: { ...best.setting, ...setting } })
  for (const name of Object.keys(best.setting.limits)) await keep({ ...best, setting: { ...best.setting, limits: without(best.setting.limits, name) } })
  for (const name of Object.keys(best.setting.slowMs)) await keep({ ...best, setting: { ...best.setting, slowMs: without(best.setting.slowMs, name) } })
  for (const index of best.moves.keys()) {
    await keep({ ...best, moves: replaced(best.moves, index, { pauseMs: 0 }) })
    if (best.moves[index]?.deed.does === "says") await keep({ ...best, moves: replaced(best.moves, index, { deed: { does: "says", parts: [{ type: "text", text: "go" }] } }) })
  }
  for (const index of best.answers.keys()) for (const speech of plainerSpeeches(best.answers[index] as Speech)) await keep({ ...best, answers: best.answers.with(index, speech) })
  return best
}

const plainerSpeeches = (speech: Speech): readonly Speech[] => {
  const { answer } = speech
  const { stop: _stop, usage: _usage, ...bare } = answer
  return [
    { ...speech, fault: null },
    { ...speech, startMs: 1, gapMs: 0, chunkBytes: 65_536 },
    { ...speech, answer: bare },
    ...answer.blocks.map((_, index): Speech => ({ ...speech, answer: { ...answer, blocks: answer.blocks.toSpliced(index, 1) } })).filter(({ answer: { blocks } }) => blocks.length > 0),
    { ...speech, answer: { ...answer, blocks: answer.blocks.map((block) => (block.type === "tool-call" ? block : { ...block, text: "." })) } }
  ]
}

const replaced = <T>(items: readonly T[], index: number, change: Partial<T>): readonly T[] => items.map((item, at) => (at === index ? { ...item, ...change } : item))

const without = <T extends object>(record: T, name: string): T => Object.fromEntries(Object.entries(record).filter(([key]) => key !== name)) as T
