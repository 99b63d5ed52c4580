import type { Edge, EdgeLaw } from "../world.ts"

/** Laws about coming to rest, shutting down and starting again. */
export const restLaws: readonly EdgeLaw[] = [
  {
    id: "10",
    words: "ShuttingDown absorbs all but SessionResumed",
    broken: ({ before, event, after }) => {
      if (before.name !== "ShuttingDown" || event.type === "SessionResumed") return null
      return after.name === "ShuttingDown" ? null : `${event.type} led to ${after.name}`
    }
  },
  {
    id: "28",
    words: "a restart leaves nothing of the dead process open, and a session that can be used",
    broken: ({ event, after, known, knows, actions }) => {
      if (event.type !== "SessionResumed") return null
      if (after.name === "ShuttingDown") return "it is still shutting down"
      if (actions.some((action) => action.type === "Cancel")) return "it cancels what died with the process"
      const ghost = knows.open.find(({ effect }) => effect <= known.effectMax)
      return ghost === undefined ? null : `${ghost.by} ${ghost.effect} is open`
    }
  },
  {
    id: "rule 5",
    words: "who enters WaitingForInput says so, who enters Error shows it",
    broken: ({ before, after, actions, outcome }) => {
      if (outcome !== "ok" || before === after) return null
      const entered = after.name !== before.name || (after.name === "WaitingForInput" && before.name === "WaitingForInput" && after.why !== before.why)
      if (entered && after.name === "WaitingForInput" && !says(actions, "WaitForInput")) return "nobody is told that it waits"
      return entered && after.name === "Error" && !says(actions, "DisplayError") ? "nobody is told of the error" : null
    }
  }
]

const says = (actions: Edge["actions"], type: Edge["actions"][number]["type"]): boolean => actions.some((action) => action.type === type)
