import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { KeptReader } from "../effects/context/kept-reader.ts"
import type { Keepers } from "../effects/context/keepers.ts"
import { AgentWork } from "../effects/git/agent-work.ts"
import { Checkpoints } from "../effects/git/checkpoint.ts"
import type { SubjectWriter } from "../effects/git/subject-writer.ts"
import { modelFacts } from "../effects/llm/catalogue.ts"
import { llmConfigFromEnv } from "../effects/llm/config.ts"
import { Llm } from "../effects/llm/llm.ts"
import { Blobs } from "../effects/os/blobs.ts"
import { layerSandbox, type SandboxWish } from "../effects/os/sandbox.ts"
import { Workspace } from "../effects/os/workspace.ts"
import type { Rooms } from "../effects/perform.ts"
import { Background } from "../effects/tools/background.ts"
import type { ChildSessionsOf } from "../effects/tools/child-sessions.ts"
import { ReadFiles } from "../effects/tools/read-files.ts"
import { VettedCalls } from "../effects/tools/vetted-calls.ts"
import { Web } from "../effects/web/web-settings.ts"
import type { State } from "../machine/state.ts"
import type { Settings } from "./settings.ts"

/** Where the rooms of a session stand. */
export interface RoomsPlace {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly dataDirectory: string
  /** What is wanted of the sandbox around commands. */
  readonly sandbox: SandboxWish
  /** Loom's own directories and files, which commands in the sandbox neither read nor write. */
  readonly own: readonly string[]
}

/** The rooms that one session has for itself, and what it shares with all. */
export const roomsOf = (
  { environment, dataDirectory, sandbox, own }: RoomsPlace,
  { session }: State,
  kept: Context.Context<Blobs | Keepers>,
  llm?: Layer.Layer<Llm>
): Layer.Layer<Rooms> =>
  Layer.mergeAll(
    AgentWork.layer.pipe(
      Layer.provideMerge(Checkpoints.layerShadow({ root: session.opened.roots[0] as string, dataDirectory })),
      Layer.provideMerge(Layer.succeed(Workspace, { roots: session.opened.roots, session: session.id }))
    ),
    llm
      ?? Llm.layerProviders({
        config: llmConfigFromEnv(environment),
        resolveBlob: (hash) => Effect.orElseSucceed(Context.get(kept, Blobs).get(hash), () => null),
        warm: session.settings.model
      }),
    Layer.succeedContext(kept),
    ReadFiles.layer,
    Background.layer,
    VettedCalls.layer,
    layerSandbox(sandbox, { roots: session.opened.roots, session: session.id, environment, own, dataDirectory })
  )

/** Commits are named by the weak model alone: what nobody asked for is done by no other. */
export const subjectWriterOf = ({ weakModel }: Settings, children: ChildSessionsOf): SubjectWriter | null =>
  weakModel === null ? null : { ask: (words) => children.ask({ kind: "commit", words, model: weakModel, root: null, hear: () => {} }) }

/** Who reads what left the window: the weak model, else that of the session. */
export const readerOf = (
  { weakModel }: Settings,
  { settings: { model } }: State["session"],
  children: ChildSessionsOf,
  owe: KeptReader["owe"]
): KeptReader => {
  const name = weakModel ?? model
  const ask = (words: string) => children.ask({ kind: "keeper", words, model: name, root: null, hear: () => {} })
  return { model: name, weak: weakModel !== null, windowTokens: modelFacts(name).windowTokens, ask, owe }
}

/** What the person's settings say of the web, for the rooms of one session. */
export const withWeb = <R>(rooms: Layer.Layer<R>, { webAllowPrivate, webSearchUrl }: Settings): Layer.Layer<R> =>
  Layer.merge(rooms, Layer.succeed(Web, { allowPrivate: webAllowPrivate, searchUrl: webSearchUrl }))
