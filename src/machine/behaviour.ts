import type { SessionOpened, SessionResumed } from "./event.ts"
import type { Session } from "./session.ts"
import type { State } from "./state.ts"

/** Version of the machine's behaviour; a change that an old log would notice gets a new one, and a place in `CHANGES`. */
export const MACHINE_VERSION = 10

/**
 * What every log says that was written before versions were told apart. As it was decided by one of the machines from
 * `MACHINE_OLDEST` to this one, and mostly so that no difference shows, it is taken for one of this.
 */
export const MACHINE_UNTOLD = 1

/** The version taken for that of a log which does not tell it. */
export const UNTOLD_TAKEN_FOR = 6

/** The first behaviour; no log names it. */
export const MACHINE_OLDEST = 2

/** Each change of behaviour, oldest first: the machine that was the first to decide so, and in words how. */
export const CHANGES = [
  { name: "going-on-keeps-the-task", since: 3, words: "an offload in a turn that was gone on with keeps the task" },
  { name: "command-rules-for-all-tools", since: 4, words: "a rule about a shell command holds whichever tool runs it" },
  { name: "price-advice", since: 5, words: "the advice about an unknown price is one that can be followed" },
  { name: "broken-off-turn", since: 6, words: "a turn that a shutdown broke off can be gone on with" },
  {
    name: "denied-folders",
    since: 7,
    words: "a rule that denies or asks about a folder means all in it, and what may not be read may not be edited"
  },
  { name: "marker-names-tools", since: 8, words: "the marker in the window names the tools that read what left it" },
  { name: "freed-is-said", since: 8, words: "a person who frees the window is told how much became free" },
  { name: "touched-files", since: 9, words: "a rule that denies or asks about files hears of those that a command names" },
  {
    name: "awaited-usage-counts",
    since: 10,
    words: "a budget is asked again when gathering or offloading told what was used, before the request leaves"
  }
] as const

/** The name of a change in what the machine decides. */
export type Behaviour = (typeof CHANGES)[number]["name"]

const sinceByName = Object.fromEntries(CHANGES.map(({ name, since }) => [name, since])) as Readonly<Record<Behaviour, number>>

/** Whether a session is decided on in this way; one that an older machine began keeps to the older way until it is taken up again. */
export const behaves = ({ machine = MACHINE_VERSION }: Session, behaviour: Behaviour): boolean => machine >= sinceByName[behaviour]

/** The machine that a session is opened under, as a part of it; nothing where that is this one. */
export const openedUnder = ({ machine }: SessionOpened): Pick<Session, "machine"> => under(machine === MACHINE_UNTOLD ? UNTOLD_TAKEN_FOR : machine)

/** The state, from now on under the machine that the event names. */
export const resumedUnder = <S extends State>(state: S, { machine }: SessionResumed): S => {
  if (machine === undefined) return state
  const { machine: _, ...session } = state.session
  return { ...state, session: { ...session, ...under(machine) } }
}

const under = (machine: number): Pick<Session, "machine"> => (machine < MACHINE_VERSION ? { machine } : {})

/** What a process says that takes a session up: where an older machine began it, that this one goes on. */
export const resumption = ({ session }: State): Pick<SessionResumed, "type" | "machine"> =>
  session.machine === undefined ? { type: "SessionResumed" } : { type: "SessionResumed", machine: MACHINE_VERSION }
