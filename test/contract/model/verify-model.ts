import { verify, type Promised, type Report } from "../contract.ts"
import type { VerifyOptions } from "../verify-options.ts"
import { answerPromises } from "./answer-promises.ts"
import { failurePromises } from "./failure-promises.ts"
import type { ModelTrial } from "./host-model.ts"
import { interruptPromises } from "./interrupt-promises.ts"

/** All that a model promises. */
export const modelPromises: readonly Promised<ModelTrial>[] = [...answerPromises, ...failurePromises, ...interruptPromises]

/** Holds a model to all that a model promises, by asking it in each situation that `when` can bring about. */
export const verifyModel = (trial: ModelTrial, { only = /^/ }: VerifyOptions = {}): Promise<Report> =>
  verify(`model ${trial.name}`, modelPromises.filter(({ promise }) => only.test(promise)), trial)
