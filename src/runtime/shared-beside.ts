import * as Effect from "effect/Effect"
import type { Door } from "../effects/graph/door.ts"
import { projectOf } from "../effects/git/project.ts"
import { sharedFile } from "./shared-file.ts"

/** A person begins to type, or a request has left: nothing waits for it. Units: ms. */
const ATTENDED_MS = 100
const UNATTENDED_MS = 1_000

/** What others wrote into the team's file is taken in beside a session that begins. */
export const takeSharedBeside = (door: Door, folder: string, isTrusted: () => boolean, attended: boolean): Effect.Effect<void> =>
  Effect.sleep(attended ? ATTENDED_MS : UNATTENDED_MS).pipe(
    Effect.andThen(sharedFile(folder)),
    Effect.flatMap((found) =>
      found === null
        ? Effect.void
        : Effect.flatMap(
            Effect.all([Effect.promise(() => import("./shared-graph.ts")), door.graphs, projectOf(folder)]),
            ([{ tellShared }, { of }, project]) => tellShared(of(project), folder, isTrusted())
          )
    )
  )
