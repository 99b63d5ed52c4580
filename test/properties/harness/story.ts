import { describeEvent } from "../../../src/machine/describe.ts"
import { Broken } from "./world.ts"

/** What happened before a law broke, one English line an event. */
export const story = (broken: Broken): string =>
  broken.events.map((event, index) => `  ${String(index + 1).padStart(3)}. ${describeEvent(event)}`).join("\n")
