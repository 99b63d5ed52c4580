import * as Context from "effect/Context"
import type { Rule } from "../../machine/session.ts"

/** The rules that hold while a call runs, for tools that find more than they were asked about: each leaves out what is kept from it. */
export const RulesHeld = Context.Reference<readonly Rule[]>("loom/RulesHeld", { defaultValue: () => [] })

/** What a result says of it; the same whether anything was found there or not, so that it tells nothing. */
export const keptRemark = (rules: readonly string[]): string => `(not looked into: what ${rules.join(", ")} keeps from being read)`
