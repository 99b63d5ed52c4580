import * as Effect from "effect/Effect"
import { findModelServers, type ModelServer } from "../../runtime/model-servers.ts"
import { oneLine } from "../view/visible.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import type { Output } from "./output.ts"

/** Where no model can be called, says how to get going; a model server that runs on this machine already is offered. */
export const getStarted = (output: Output): Effect.Effect<ExitCode> =>
  Effect.map(
    Effect.promise(() => findModelServers()),
    (servers) => {
      output.err(gettingStarted(servers))
      return EXIT.usage
    }
  )

/** Three ways to get going, the shortest first. */
export const gettingStarted = (
  servers: readonly ModelServer[]
): string => `loom needs a model, and neither a key nor a setting names one. Three ways to get going:

  loom demo
      see it mend a failing test first; no key, no network

  export ANTHROPIC_API_KEY=…        (or OPENAI_API_KEY)
      then run the same again

${servers.length === 0 ? ownServer : servers.map(runningServer).join("\n")}
\`model = "PROVIDER:MODEL"\` in config.toml keeps the choice; \`loom doctor\` says where that file is.
`

const ownServer = `  export OPENAI_COMPATIBLE_BASE_URL=http://localhost:11434/v1
  loom --model openai-compatible:NAME
      a model server of your own: Ollama, LM Studio, llama.cpp, vLLM, or any compatible service
`

const MODELS_SHOWN_MAX = 5

const runningServer = ({ name, url, models }: ModelServer): string => `  export OPENAI_COMPATIBLE_BASE_URL=${url}
  loom --model openai-compatible:${oneLine(models[0] ?? "NAME")}
      ${name} answers on this machine with ${models.slice(0, MODELS_SHOWN_MAX).map(oneLine).join(", ")}${models.length > MODELS_SHOWN_MAX ? ` and ${models.length - MODELS_SHOWN_MAX} more` : ""}
`
