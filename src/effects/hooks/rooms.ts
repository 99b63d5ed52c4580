/** What a session with hooks needs, to be loaded at once. */
export { hooksAfterTools } from "./after-tools.ts"
export { drainHooks, tellStop } from "./at-rest.ts"
export { gatherWithHooks } from "./before-request.ts"
export { vetWithHooks } from "./before-tools.ts"
