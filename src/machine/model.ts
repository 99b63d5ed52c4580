import type { ModelFacts, Session } from "./session.ts"

/** What is known of a model; nothing where the session never heard of it. */
export const modelFacts = ({ modelsByName }: Session, model: string): ModelFacts | undefined =>
  Object.hasOwn(modelsByName, model) ? modelsByName[model] : undefined
