/** `loom/testing/effect`: the contracts for parts that are Effects. */
export { toolsOfServices } from "../contract/tool/tools-of-services.ts"
export { modelOfLayer } from "../contract/model/model-of-layer.ts"
export { verifyLlm, type VerifyLlmOptions } from "../contract/model/verify-llm.ts"
export { Llm } from "../../src/effects/llm/llm.ts"
export type { Tool } from "../../src/effects/tools/tool.ts"
