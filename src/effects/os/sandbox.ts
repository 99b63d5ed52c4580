import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { attempt, problem, problemOf, type Problem } from "./problem.ts"
import type { Resolve } from "./resolve.ts"
import type { Bubblewrap } from "./sandbox/bubblewrap.ts"
import type { Gate } from "./sandbox/gate.ts"

/** What a person wants of the sandbox. */
export interface SandboxWish {
  /** `auto`: where it works here. `required`: no command runs without it. */
  readonly mode: "off" | "auto" | "required"
  /** `off`: no network inside, not even this machine's own. `hosts`: only those below, through a proxy of this process. */
  readonly network: "off" | "hosts" | "on"
  /** As `parseHostRule` reads them: names, `*.names`, addresses, with a port behind them or without. */
  readonly hosts: readonly string[]
  /** Variables that commands see although their names look like keys. */
  readonly keepVariables: readonly string[]
  /** Directories that commands may write beside the workspace. */
  readonly alsoWritable: readonly string[]
}

/** What holds commands now. */
export type SandboxState =
  | {
      readonly name: "on"
      readonly version: string
      readonly network: SandboxWish["network"]
      /** What may be reached; given where the network is `hosts`. */
      readonly hosts?: readonly string[]
      /** Why hosts that somebody listed cannot be reached here: then there is no network. */
      readonly hostsFault?: string
    }
  /** `required`: then commands do not run at all. */
  | { readonly name: "off"; readonly why: string; readonly required: boolean }

/** A program and what it is started with. */
export interface Start {
  readonly file: string
  readonly arguments: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** How a command is really started, and what is looked at when it ended. */
export interface Enclosed {
  readonly start: Start
  /** Where it tells whether the command began; `null` where nothing encloses it. */
  readonly statusFrom: number | null
  /** Takes out of sight what the command must not leave behind; gives back what that was. */
  readonly after: () => readonly string[]
  /** What of the network was refused since it was asked last, a sentence each. */
  readonly refused: () => readonly string[]
}

/** What holds the commands of tools: their own processes, a view of the file system, no network. */
export interface SandboxService {
  /** Found out once, when somebody first asks. */
  readonly state: Effect.Effect<SandboxState>
  /** Errors: a `Problem` where the sandbox is required and not to be had, or cannot be prepared; then nothing may run. */
  readonly enclose: (start: Start) => Effect.Effect<Enclosed, Problem>
}

const open = (why: string, required = false): SandboxService => ({
  state: Effect.succeed({ name: "off", why, required }),
  enclose: (start) => (required ? Effect.fail(refusal(why)) : Effect.succeed({ start, statusFrom: null, after: () => [], refused: () => [] }))
})

/** Of what was allowed only because a sandbox holds it, nothing runs without. */
export const requiring = (sandbox: SandboxService): SandboxService => ({
  ...sandbox,
  enclose: (start) =>
    Effect.flatMap(sandbox.state, (state) =>
      isHolding(state)
        ? sandbox.enclose(start)
        : Effect.fail(
            problem(
              `run a command: it was allowed to run in the sandbox, and now ${state.name === "on" ? "its network is open" : state.why}; ask for it again`
            )
          )
    )
})

/** Whether what runs inside reaches nobody but those whom the person listed. */
export const isHolding = (state: SandboxState): boolean => state.name === "on" && state.network !== "on"

const refusal = (why: string): Problem => problem(`run a command: the sandbox is required, and ${why}`)

/** Nothing holds commands unless somebody provides it. */
export const Sandbox = Context.Reference<SandboxService>("loom/Sandbox", { defaultValue: () => open("nobody set it up") })

/** Where a session's commands run. */
export interface SandboxPlace {
  readonly roots: readonly string[]
  readonly session: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Loom's own directories and files, that commands neither read nor write. */
  readonly own: readonly string[]
  readonly dataDirectory: string
  /** Where programs put what is temporary; tests, which work there themselves, name another place. */
  readonly temporaryPlace?: string
  /** Where the names of listed hosts are looked up; left out: the system says. */
  readonly resolve?: Resolve
}

/** What does the work is loaded by the first that needs it. */
const inside = Effect.promise(() => import("./sandbox/enclose.ts"))

/** What is in force on this machine under a wish; `programs`: where bubblewrap is looked for. */
export const sandboxState = (wish: SandboxWish, programs?: readonly string[]): Effect.Effect<SandboxState> =>
  wish.mode === "off"
    ? Effect.succeed({ name: "off", why: SWITCHED_OFF, required: false })
    : Effect.flatMap(inside, (here) => Effect.promise(() => stateOf(here, wish, programs)))

const SWITCHED_OFF = "it is switched off"

const stateOf = async (
  here: Effect.Success<typeof inside>,
  { mode, network, hosts }: SandboxWish,
  programs?: readonly string[]
): Promise<SandboxState> => {
  const found = await here.bubblewrapHere(programs)
  if (typeof found === "string") return { name: "off", why: found, required: mode === "required" }
  const on = { name: "on", version: found.version } as const
  if (network !== "hosts") return { ...on, network }
  const hostsFault = await here.gateFaultHere(found)
  return hostsFault === null ? { ...on, network, hosts } : { ...on, network: "off", hostsFault }
}

/** Commands of one session; its temporary directory, and its way out to listed hosts, are gone when the scope ends. */
export const layerSandbox = (wish: SandboxWish, place: SandboxPlace, programs?: readonly string[]): Layer.Layer<never> => {
  if (wish.mode === "off") return Layer.succeed(Sandbox, open(SWITCHED_OFF))
  const temporary = join(place.dataDirectory, "sandbox", place.session)
  let gate: Promise<Gate> | null = null
  const gateOf = Effect.fnUntraced(function*(bubblewrap: Bubblewrap): Effect.fn.Return<Gate | null, Problem> {
    if (
      wish.network !== "hosts"
      || (yield* Effect.flatMap(inside, (here) => Effect.promise(() => here.gateFaultHere(bubblewrap)))) !== null
    )
      return null
    gate ??= import("./sandbox/gate.ts").then(({ openGate }) => openGate(bubblewrap, { hosts: wish.hosts, resolve: place.resolve }))
    return yield* Effect.tryPromise({ try: () => gate as Promise<Gate>, catch: (thrown) => problemOf("prepare the sandbox", thrown) })
  })
  const enclose = Effect.fnUntraced(function*(start: Start): Effect.fn.Return<Enclosed, Problem> {
    const { bubblewrapHere, enclosed } = yield* inside
    const bubblewrap = yield* Effect.promise(() => bubblewrapHere(programs))
    if (typeof bubblewrap === "string") return yield* open(bubblewrap, wish.mode === "required").enclose(start)
    const way = yield* gateOf(bubblewrap)
    return yield* attempt("prepare the sandbox", () => enclosed(bubblewrap, wish, place, temporary, start, way))
  })
  const remove = Effect.promise(async () => {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 2 })
    // What could not be opened needs no closing.
    await gate?.then(({ close }) => close(), () => {})
  })
  return Layer.effect(Sandbox, Effect.as(Effect.addFinalizer(() => remove), { state: sandboxState(wish, programs), enclose }))
}
