import { verify, type Promised, type Report } from "../contract.ts"
import type { VerifyOptions } from "../verify-options.ts"
import { definitionPromises } from "./definition-promises.ts"
import { hearEscapes } from "./escapes.ts"
import type { HostTool, ToolTrial, TriedTool } from "./host-tool.ts"
import { lookAtProcess } from "./process-state.ts"
import { resultPromises } from "./result-promises.ts"
import { worldPromises } from "./world-promises.ts"

/** All that a tool promises. */
export const toolPromises: readonly Promised<TriedTool>[] = [...definitionPromises, ...resultPromises, ...worldPromises]

/**
 * Holds a tool to all that a tool promises, by calling it: in folders of its own, interrupted, with arguments that do not fit, twice, side by side.
 * One tool at a time: errors that nobody waits for are heard for the whole process meanwhile.
 */
export const verifyTool = async (tool: HostTool, trial: ToolTrial, { only = /^/ }: VerifyOptions = {}): Promise<Report> => {
  const { escaped, stop } = hearEscapes()
  const process = lookAtProcess()
  try {
    return await verify(`tool ${tool.name}`, toolPromises.filter(({ promise }) => only.test(promise)), { tool, trial, escaped, process })
  } finally {
    stop()
    process.putBack()
  }
}
