import { verify, type Report } from "../contract.ts"
import type { VerifyOptions } from "../verify-options.ts"
import type { ModelTrial } from "./host-model.ts"
import { sessionPromises, type AskModel } from "./session-promises.ts"
import { modelPromises } from "./verify-model.ts"

export interface VerifyLlmOptions extends VerifyOptions {
  /** What carries out `SendLlmRequest`; left out: Loom's own. */
  readonly runner?: AskModel
}

/** As `verifyModel`, and also what a session hears of the model through the engine's runner. */
export const verifyLlm = (trial: ModelTrial, { only = /^/, runner }: VerifyLlmOptions = {}): Promise<Report> =>
  verify(`model ${trial.name}`, [...modelPromises, ...sessionPromises(runner)].filter(({ promise }) => only.test(promise)), trial)
