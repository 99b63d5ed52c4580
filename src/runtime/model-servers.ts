/** A model server that answers on this machine. */
export interface ModelServer {
  readonly name: string
  /** What goes into `OPENAI_COMPATIBLE_BASE_URL`. */
  readonly url: string
  readonly models: readonly string[]
}

/** Where such servers usually listen. */
const USUAL: readonly Omit<ModelServer, "models">[] = [
  { name: "Ollama", url: "http://127.0.0.1:11434/v1" },
  { name: "LM Studio", url: "http://127.0.0.1:1234/v1" },
  { name: "llama.cpp", url: "http://127.0.0.1:8080/v1" },
  { name: "vLLM", url: "http://127.0.0.1:8000/v1" }
]

/** So long an answer may take; on one's own machine it is there at once, or nobody is. Units: ms. */
const PATIENCE_MS = 300

/** The servers of those that answer with the models they have. */
export const findModelServers = async (places: readonly Omit<ModelServer, "models">[] = USUAL): Promise<readonly ModelServer[]> => {
  const found = await Promise.all(places.map(askForModels))
  return found.filter((server) => server !== null && server.models.length > 0) as readonly ModelServer[]
}

const askForModels = async ({ name, url }: Omit<ModelServer, "models">): Promise<ModelServer | null> => {
  try {
    const response = await fetch(`${url}/models`, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error" })
    const body = (await response.json()) as { readonly data?: readonly { readonly id?: unknown }[] }
    const models = Array.isArray(body.data) ? body.data.flatMap(({ id }) => (typeof id === "string" ? [id] : [])) : []
    return { name, url, models }
  } catch {
    // Nobody listens there, or somebody who is no model server: that is the usual case.
    return null
  }
}
