import { effectsIn } from "../effects.ts"
import { newEntries } from "../shadow.ts"
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
    broken: ({ event, after, known, actions }) => {
      if (event.type !== "SessionResumed") return null
      if (after.name === "ShuttingDown") return "it is still shutting down"
      if (actions.some((action) => action.type === "Cancel")) return "it cancels what died with the process"
      const ghost = effectsIn(after).find((effect) => effect <= known.effectMax)
      return ghost === undefined ? null : `it still waits for ${ghost}`
    }
  },
  {
    id: "rule 5",
    words: "going on from rest begins a turn, but for what was opened, completed or refused",
    broken: ({ before, event, outcome }) => {
      if (event.type !== "ContinueRequested" || before.name !== "WaitingForInput" || before.session.transcript.length === 0) return null
      const atRest = before.why === "opened" || before.why === "completed" || before.why === "refused"
      return atRest === (outcome === "ignored") ? null : `after ${before.why} it was ${outcome}`
    }
  },
  {
    id: "rule 9",
    words: "settings are what a person said last, and nothing else changes them",
    broken: ({ before, event, after, outcome }) => {
      const [old, now] = [before.session, after.session]
      if (event.type !== "SettingsChanged" || outcome !== "ok") return old.settings === now.settings && old.modelsByName === now.modelsByName ? null : "they changed"
      const { model = old.settings.model, mode = old.settings.mode, attended = old.settings.attended, limits, modelsByName } = event
      const expected = { model, mode, attended, limits: { ...old.settings.limits, ...limits } }
      if (JSON.stringify(now.settings) !== JSON.stringify(expected)) return `they are ${JSON.stringify(now.settings)}, said was ${JSON.stringify(event)}`
      return JSON.stringify(now.modelsByName) === JSON.stringify({ ...old.modelsByName, ...modelsByName }) ? null : "the models are others"
    }
  },
  {
    id: "rule 9",
    words: "a turn gathers once, when it begins",
    broken: ({ before, event, after, actions }) => {
      const turns = after.session.turn - before.session.turn
      const gathers = event.type === "SessionResumed" ? 0 : actions.filter((action) => action.type === "GatherContext").length
      if (turns !== 0 && turns !== 1) return `${turns} turns began`
      const refused = after.name === "WaitingForInput" && after.why.startsWith("budget-")
      return gathers === turns || (gathers === 0 && refused) ? null : `${turns} turns began, ${gathers} gather`
    }
  },
  {
    id: "rule 9",
    words: "a request goes to the model of the settings, with the whole window",
    broken: ({ event, after, actions }) => {
      const sent = actions.find((action) => action.type === "SendLlmRequest")
      if (sent === undefined) return null
      const { settings, window, transcript } = after.session
      if (event.type !== "SessionResumed" && sent.model !== settings.model) return `${sent.model} is asked, ${settings.model} is set`
      return sent.from === window.base && sent.to === transcript.length ? null : `entries ${sent.from} to ${sent.to} of a window of ${window.base} to ${transcript.length}`
    }
  },
  {
    id: "rule 9",
    words: "what is gathered, and what became of the files, enters as a message of its own",
    broken: ({ before, event, after, outcome }) => {
      if (outcome !== "ok" || (event.type !== "ContextGathered" && event.type !== "WorkspaceRestored")) return null
      const expected = event.type === "WorkspaceRestored" ? [event.note] : [event.fragments.map(({ text }) => text).join("\n\n")].filter((text) => text !== "")
      const source = event.type === "WorkspaceRestored" ? "workspace" : "context"
      const notes = newEntries(before, after).flatMap((entry) => (entry.type === "note" && entry.source === source ? [entry.text] : []))
      return JSON.stringify(notes) === JSON.stringify(expected) ? null : `${JSON.stringify(expected)} came, ${JSON.stringify(notes)} was noted`
    }
  },
  {
    id: "rule 9",
    words: "a turn that may not begin asks no model, and the model reads why when it is asked again",
    broken: ({ before, event, after, actions, outcome }) => {
      if (outcome !== "ok" || event.type !== "ContextGathered" || event.stop === undefined) return null
      if (actions.some((action) => action.type === "SendLlmRequest")) return "the model is asked all the same"
      if (before.session.queue.length === 0 && !(after.name === "WaitingForInput" && after.why === "stopped-by-hook")) return `it comes to ${after.name}`
      const notes = newEntries(before, after).flatMap((entry) => (entry.type === "note" && entry.source === "hook" ? [entry.text] : []))
      return JSON.stringify(notes) === JSON.stringify([event.stop]) ? null : `${JSON.stringify(notes)} was noted`
    }
  },
  {
    id: "rule 5",
    words: "what the world reports with an answer is told to the person",
    broken: ({ event, actions, outcome }) => {
      if (outcome !== "ok" || !("reports" in event)) return null
      const told = actions.flatMap((action) => (action.type === "DisplayMessage" ? [action.text] : []))
      return (event.reports ?? []).every((report) => told.includes(report)) ? null : `of ${JSON.stringify(event.reports)} ${JSON.stringify(told)} was told`
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
