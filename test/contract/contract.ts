/** One promise of a contract, and whether the part that was tried keeps it. */
export interface Case {
  readonly promise: string
  /** `null`: it could not be tried, and `how` says what to give so that it can. */
  readonly ok: boolean | null
  /** How it is broken; empty where it is kept. */
  readonly how: string
}

/** What became of all promises of a contract. */
export interface Report {
  /** What was tried. */
  readonly name: string
  /** Nothing that was tried is broken. */
  readonly ok: boolean
  readonly cases: readonly Case[]
  /** The same for a person, one line a promise. */
  readonly text: string
}

/** A promise as it is tried. Errors: whatever `check` throws breaks the promise. */
export interface Promised<Subject> {
  readonly promise: string
  readonly check: (subject: Subject) => Verdict | Promise<Verdict>
}

/** `null`: kept. A text: how it is broken. */
export type Verdict = string | null | NotTried
export interface NotTried {
  readonly notTried: string
}

/** Says what would have to be given for a promise to be tried. */
export const notTried = (why: string): NotTried => ({ notTried: why })

/** Tries promise by promise, in order. */
export const verify = async <Subject>(name: string, promises: readonly Promised<Subject>[], subject: Subject): Promise<Report> => {
  const cases: Case[] = []
  for (const promised of promises) cases.push(await tried(promised, subject))
  return { name, ok: cases.every(({ ok }) => ok !== false), cases, text: textOf(name, cases) }
}

/** For whoever wants a test to fail. Errors: throws, with what is broken, where a promise is. */
export const mustKeep = (report: Report): Report => {
  if (report.ok) return report
  throw new Error(textOf(report.name, report.cases, ({ ok }) => ok === false))
}

const tried = async <Subject>({ promise, check }: Promised<Subject>, subject: Subject): Promise<Case> => {
  try {
    const verdict = await check(subject)
    if (verdict === null) return { promise, ok: true, how: "" }
    return typeof verdict === "string" ? { promise, ok: false, how: verdict } : { promise, ok: null, how: verdict.notTried }
  } catch (thrown) {
    return { promise, ok: false, how: wordsOf(thrown) }
  }
}

/** What a thrown thing says. */
export const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

const textOf = (name: string, cases: readonly Case[], shown: (one: Case) => boolean = () => true): string => {
  const broken = cases.filter(({ ok }) => ok === false).length
  const left = cases.filter(({ ok }) => ok === null).length
  const kept = cases.length - broken - left
  return [`${name}: ${kept} promises kept, ${broken} broken, ${left} not tried`, ...cases.filter(shown).map(lineOf)].join("\n")
}

const lineOf = ({ promise, ok, how }: Case): string => {
  if (ok === true) return `  kept       ${promise}`
  return `${ok === null ? "  not tried " : "  BROKEN    "} ${promise}\n             ${how.replaceAll("\n", "\n             ")}`
}
