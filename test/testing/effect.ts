/** `loom/testing/effect`: the contracts for parts that are Effects. */
export { toolsOfServices } from "../contract/tool/tools-of-services.ts"
