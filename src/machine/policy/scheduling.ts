import type { Execution } from "../state.ts"

/**
 * Which held calls may start now, in call order: reads beside reads, a call that may change something alone,
 * after all before it and before all after it. A call that waits for an answer keeps its place. One may always run.
 */
export const startable = (executions: readonly Execution[], parallelMax: number): readonly number[] => {
  const indices: number[] = []
  let running = executions.filter((execution) => execution.phase.name === "running").length
  let before = "nothing" as "nothing" | "reads" | "a change"
  for (const [index, execution] of executions.entries()) {
    if (execution.phase.name === "done") continue
    const blocked = execution.changes ? before !== "nothing" : before === "a change"
    if (execution.phase.name === "held" && !blocked && (running === 0 || running < parallelMax)) {
      indices.push(index)
      running++
    }
    before = execution.changes || before === "a change" ? "a change" : "reads"
  }
  return indices
}
