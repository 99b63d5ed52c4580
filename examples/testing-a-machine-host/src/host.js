import { canonicalRequest, initial, step } from "loom/machine"

/** The machine as this program runs it: with a count of what it was told in vain. @returns {import("loom/testing").Machine & { readonly inVain: () => number }} */
export const countingMachine = () => {
  let count = 0
  return {
    initial,
    step: (state, event) => {
      const taken = step(state, event)
      if (taken.outcome !== "ok") count += 1
      return taken
    },
    canonicalRequest,
    inVain: () => count
  }
}

/** Runs one question to its answer, with a model that is a function, and gives the log. */
export const ask = async (machine, opened, question, model) => {
  const log = [opened]
  let { state } = machine.initial(opened)
  const hear = (event) => {
    const stamped = { at: log.length, ...event }
    const taken = machine.step(state, stamped)
    log.push(stamped)
    state = taken.state
    return taken.actions
  }
  let todo = hear({ type: "UserInput", parts: [{ type: "text", text: question }] })
  while (todo.length > 0) {
    const [action, ...rest] = todo
    todo = [...rest, ...(await perform(action, hear, () => model(machine.canonicalRequest(state))))]
  }
  return log
}

const perform = async (action, hear, askModel) => {
  if (action.type === "GatherContext") return hear({ type: "ContextGathered", effect: action.effect, fragments: [] })
  if (action.type !== "SendLlmRequest") return []
  const text = await askModel()
  hear({ type: "LlmStarted", effect: action.effect, hash: "" })
  hear({ type: "LlmTextDelta", effect: action.effect, text })
  return hear({ type: "LlmCompleted", effect: action.effect, stop: "end" })
}
