import { execFile } from "node:child_process"
import { dirname } from "node:path"
import { promisify } from "node:util"
import { makeDirectory } from "../make-directory.ts"
import type { Enclosed, SandboxPlace, SandboxWish, Start } from "../sandbox.ts"
import { argumentsOf, probe, PROGRAMS, STATUS_DESCRIPTOR, type Bubblewrap } from "./bubblewrap.ts"
import { cleanedEnvironment } from "./environment.ts"
import type { Gate } from "./gate.ts"
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

/** Whether a way out to listed hosts can be made here; a sentence says why not. Tried once a process. Units: takes about 150 ms. */
export const gateFaultHere = (bubblewrap: Bubblewrap): Promise<string | null> => (gateFault ??= tryGate(bubblewrap))
let gateFault: Promise<string | null> | null = null

const tryGate = async (bubblewrap: Bubblewrap): Promise<string | null> => {
  try {
    const { openGate } = await import("./gate.ts")
    const { enter: [file = "", ...words], close } = await openGate(bubblewrap, { hosts: [] })
    const inside = argumentsOf(bubblewrap, [], { network: "as around it", cwd: "/", statusTo: null })
    await promisify(execFile)(file, [...words, bubblewrap.path, ...inside, "/bin/sh", "-c", "exit 0"], { timeout: GATE_MS }).finally(close)
    return null
  } catch (thrown) {
    const { stderr = "", message } = thrown as { readonly stderr?: string; readonly message: string }
    return stderr.trim().split("\n").at(-1) || message
  }
}
const GATE_MS = 5_000

/** How a command is started inside; through the gate, where there is one. Errors: throws where the temporary directory cannot be made. */
export const enclosed = (
  bubblewrap: Bubblewrap,
  wish: SandboxWish,
  place: SandboxPlace,
  temporary: string,
  start: Start,
  gate: Gate | null
): Enclosed => {
  makeDirectory(dirname(temporary))
  makeDirectory(temporary, 0o700)
  const { roots, environment, own, temporaryPlace = "/tmp" } = place
  const { mounts, forbidden } = mountsOf({
    roots,
    temporary,
    temporaryPlace,
    own,
    environment,
    alsoWritable: wish.alsoWritable,
    network: wish.network
  })
  const network = wish.network === "on" || gate !== null ? "as around it" : "none"
  const words = argumentsOf(bubblewrap, mounts, { network, cwd: start.cwd, statusTo: STATUS_DESCRIPTOR })
  const [file = "", ...before] = [...(gate?.enter ?? []), bubblewrap.path]
  return {
    start: {
      file,
      arguments: [...before, ...words, start.file, ...start.arguments],
      cwd: "/",
      environment: { ...cleanedEnvironment(start.environment, wish.keepVariables, temporaryPlace), ...gate?.environment }
    },
    statusFrom: STATUS_DESCRIPTOR,
    after: () => setAside(forbidden),
    refused: () => gate?.takeRefused() ?? []
  }
}
