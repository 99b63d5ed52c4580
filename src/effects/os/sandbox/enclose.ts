import { dirname } from "node:path"
import { makeDirectory } from "../make-directory.ts"
import type { Enclosed, SandboxPlace, SandboxWish, Start } from "../sandbox.ts"
import { argumentsOf, probe, PROGRAMS, STATUS_DESCRIPTOR, type Bubblewrap } from "./bubblewrap.ts"
import { cleanedEnvironment } from "./environment.ts"
import { mountsOf } from "./mounts.ts"
import { setAside } from "./repository.ts"

/** One look at this machine serves every session of the process. */
const probed = new Map<string, Promise<Bubblewrap | string>>()

/** bubblewrap as it works here, or a sentence why it does not. */
export const bubblewrapHere = (programs: readonly string[] = PROGRAMS): Promise<Bubblewrap | string> => {
  const key = programs.join(":")
  const known = probed.get(key) ?? probe(programs)
  probed.set(key, known)
  return known
}

/** How a command is started inside. Errors: throws where the temporary directory cannot be made. */
export const enclosed = (bubblewrap: Bubblewrap, wish: SandboxWish, place: SandboxPlace, temporary: string, start: Start): Enclosed => {
  makeDirectory(dirname(temporary))
  makeDirectory(temporary, 0o700)
  const { roots, environment, own, temporaryPlace = "/tmp" } = place
  const { mounts, forbidden } = mountsOf({ roots, temporary, temporaryPlace, own, environment, alsoWritable: wish.alsoWritable, network: wish.network })
  const words = argumentsOf(bubblewrap, mounts, { network: wish.network, cwd: start.cwd, statusTo: STATUS_DESCRIPTOR })
  return {
    start: {
      file: bubblewrap.path,
      arguments: [...words, start.file, ...start.arguments],
      cwd: "/",
      environment: cleanedEnvironment(start.environment, wish.keepVariables, temporaryPlace)
    },
    statusFrom: STATUS_DESCRIPTOR,
    after: () => setAside(forbidden)
  }
}
