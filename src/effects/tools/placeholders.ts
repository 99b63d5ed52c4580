import { refuse } from "../os/problem.ts"
import { placeholdersIn } from "../secrets/redact.ts"

/**
 * What was taken out of a result must not come back in its place: it would be written over the secret itself.
 * `known` is what stands there now. Errors: throws a `Problem` that says so.
 */
export const requireNoPlaceholder = (what: string, text: string, known = ""): void => {
  const [first] = placeholdersIn(text, known)
  if (first !== undefined)
    refuse(
      `${what}: the text holds ${first}, which stands for a secret that is not shown; leave that line out of the change, or ask the person`
    )
}
