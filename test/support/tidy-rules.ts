import { codeOf, commentsOf, importsOf, type Source } from "./source.ts"

/** What may not be, and where it is: one line each, nothing where all is well. */
export type Rule = (sources: readonly Source[]) => readonly string[]

// ── who may import whom ──────────────────────────────────────────────────────────────────────────────────────────

/** interfaces → runtime → effects → machine, and everybody may know the machine. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  machine: ["machine"],
  effects: ["effects", "machine"],
  runtime: ["runtime", "effects", "machine"],
  interfaces: ["interfaces", "runtime", "machine"]
}

const inSource = (sources: readonly Source[]): readonly Source[] => sources.filter(({ path }) => path.startsWith("src/"))

export const importsGoDown: Rule = (sources) =>
  inSource(sources).flatMap((source) =>
    importsOf(source).flatMap(({ path, from }) => {
      if (path === null || !path.startsWith("src/")) return []
      const [here, there] = [source.path, path].map((each) => each.split("/")[1] ?? "")
      return MAY_IMPORT[here ?? ""]?.includes(there ?? "") === true ? [] : [`${source.path} imports ${from}: ${here} may not know ${there}`]
    })
  )

/** The schemas may load Effect and the statechart XState; `step` loads neither, nor them. */
export const machineLoadsNothing: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith("src/machine/"))
    .flatMap((source) => {
      const mayLoad = /^src\/machine\/schema(\.ts|\/)/.test(source.path) ? "effect" : source.path === "src/machine/statechart.ts" ? "xstate" : ""
      return importsOf(source).flatMap(({ path, from, typeOnly }) => (path !== null || typeOnly || dependencyOf(from) === mayLoad ? [] : [`${source.path} loads ${from}`]))
    })

export const sourcesStayAmongThemselves: Rule = (sources) =>
  inSource(sources).flatMap((source) =>
    importsOf(source).flatMap(({ path, from }) => (path === null || path.startsWith("src/") ? [] : [`${source.path} imports ${from}, which is not under src`]))
  )

/** The harness is an entry point of its own, for hosts that test with something else. */
export const harnessIsFreeOfVitest: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith("test/properties/harness/"))
    .flatMap((source) => importsOf(source).flatMap(({ from }) => (/^(@[\w-]+\/)?vitest/.test(from) ? [`${source.path} imports ${from}`] : [])))

/** A room is a folder of effects, runtime or interfaces, a file that stands beside those, or the machine. */
const roomOf = (path: string): string => {
  const parts = path.split("/")
  if (parts[1] === "machine") return "src/machine"
  return parts.length > 3 ? parts.slice(0, 3).join("/") : path
}

export const roomsHaveNoCycles: Rule = (sources) => {
  const roomsByRoom = new Map<string, Set<string>>()
  for (const source of inSource(sources)) {
    const room = roomOf(source.path)
    const known = roomsByRoom.get(room) ?? new Set()
    for (const { path } of importsOf(source)) if (path !== null && roomOf(path) !== room) known.add(roomOf(path))
    roomsByRoom.set(room, known)
  }
  const done = new Set<string>()
  const cyclesFrom = (room: string, way: readonly string[]): readonly string[] => {
    if (way.includes(room)) return [[...way.slice(way.indexOf(room)), room].join(" → ")]
    if (done.has(room)) return []
    done.add(room)
    return [...(roomsByRoom.get(room) ?? [])].flatMap((next) => cyclesFrom(next, [...way, room]))
  }
  return [...roomsByRoom.keys()].flatMap((room) => cyclesFrom(room, []))
}

// ── one door for each dependency ─────────────────────────────────────────────────────────────────────────────────

export interface Door {
  /** The package, or one of Node's own modules. */
  readonly dependency: string
  /** The files that may import it. */
  readonly files: RegExp
  /** How many may, at most. */
  readonly filesMax: number
}

export const dependencyOf = (from: string): string => {
  if (from.startsWith("node:")) return from
  return from.split("/").slice(0, from.startsWith("@") ? 2 : 1).join("/")
}

export const oneDoorEach =
  (doors: readonly Door[]): Rule =>
  (sources) =>
    doors.flatMap(({ dependency, files, filesMax }) => {
      const users = inSource(sources).filter((source) => importsOf(source).some(({ from }) => dependencyOf(from) === dependency))
      const wrong = users.filter(({ path }) => !files.test(path)).map(({ path }) => `${path} imports ${dependency}, whose door is ${files.source}`)
      return users.length <= filesMax ? wrong : [...wrong, `${dependency} has ${users.length} doors: ${users.map(({ path }) => path).join(", ")}`]
    })

/** Every package that is imported has its line in the table: a new dependency is a decision. */
export const everyDependencyHasADoor =
  (doors: readonly Door[]): Rule =>
  (sources) =>
    inSource(sources).flatMap((source) =>
      importsOf(source).flatMap(({ from, path }) => {
        if (path !== null || from.startsWith("node:") || dependencyOf(from) === "effect") return []
        return doors.some(({ dependency }) => dependency === dependencyOf(from)) ? [] : [`${source.path} imports ${from}, which has no door`]
      })
    )

/** The barrel loads redis and undici: hundreds of milliseconds at every start. */
export const platformIsImportedDeep: Rule = (sources) =>
  sources.flatMap((source) =>
    importsOf(source).flatMap(({ from, typeOnly }) =>
      from === "@effect/platform-node" && !typeOnly ? [`${source.path} imports the barrel of ${from}`] : []
    )
  )

// ── how a file looks ─────────────────────────────────────────────────────────────────────────────────────────────

const LINES_MAX = 300

/** A file is a chapter; a long one says in its first comment why it is one thing. */
export const longFilesSayWhy: Rule = (sources) =>
  sources.flatMap(({ path, text }) => {
    const lines = text.split("\n").length - 1
    const header = /\/\*[\s\S]*?\*\//.exec(text.split("\n").slice(0, 30).join("\n"))?.[0] ?? ""
    return lines <= LINES_MAX || /\bone thing\b/.test(header) ? [] : [`${path} has ${lines} lines, and its header does not say why it is one thing`]
  })

const matches =
  (pattern: RegExp, within: (source: Source) => string): Rule =>
  (sources) =>
    sources.flatMap((source) =>
      within(source)
        .split("\n")
        .flatMap((line, index) => {
          const found = pattern.exec(line)?.[0]
          return found === undefined ? [] : [`${source.path}:${index + 1} ${found.trim()}`]
        })
    )

/** A promise to come back later; a string or a quotation may speak of one, as a search for them does. */
export const nothingIsLeftToDo: Rule = matches(/\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/, ({ path, text }) =>
  (/\.[mc]?[jt]s$/.test(path) ? commentsOf(text) : text).replaceAll(/`[^`\n]*`/g, "")
)

/** Neither a folder of one machine nor the host of a package registry. */
export const noPlaceOfThisMachine: Rule = matches(/(?:^|[^\w.$}\]*-])\/(?:[t]mp|[w]ork|[f]arm|[r]oot|[h]ome\/\w+)\/\w|[n]pmjs\.|[d]ebian\.org/, ({ text }) => text)

export const namesSayWhatThingsAre: Rule = (sources) => [
  ...matches(/\b[A-Z]\w*Live\b|\b\w*[a-z](?:Impl|Manager|Hel[p]ers?|Ut[i]ls?)\b|\b(?:[Uu]t[i]ls?|[Hh]el[p]ers?)\b/, ({ text }) => codeOf(text))(sources),
  ...sources.flatMap(({ path }) => (/\/(?:ut[i]ls?|hel[p]ers?|misc|common)\b/.test(path) ? [path] : []))
]

/** A switch over a union names each case, so that the compiler misses the new one. */
export const switchesNameEachCase: Rule = (sources) =>
  matches(/\bdefault\s*:/, ({ text }) => codeOf(text))(sources.filter(({ path }) => path.startsWith("src/machine/")))

/** What other programs build on is told in a sentence; a schema repeats the type it describes, and `StateOf` and its like say themselves what they pick. */
export const exportsAreTold: Rule = (sources) =>
  sources
    .filter(({ path }) => /^src\/machine\/(?!schema)/.test(path))
    .flatMap(({ path, text }) => {
      const lines = text.split("\n")
      return lines.flatMap((line, index) => {
        const name = /^export (?:const|function|interface|type) (\w+)/.exec(line)?.[1]
        const before = lines[index - 1] ?? ""
        return name === undefined || before.endsWith("*/") || before.startsWith("export type") ? [] : [`${path}:${index + 1} ${name}`]
      })
    })

const CLASS = /\bclass\s+\w+(?:\s+extends\s+([\w.]+))?/

/** Classes are for Effect's services and for errors. */
export const classesAreServicesAndErrors: Rule = (sources) =>
  inSource(sources).flatMap(({ path, text }) =>
    codeOf(text)
      .split("\n")
      .flatMap((line, index) => {
        const found = CLASS.exec(line)
        return found === null || /^(Context\.Service|(Schema|Data)\.TaggedError|Error)$/.test(found[1] ?? "") ? [] : [`${path}:${index + 1} ${found[0]}`]
      })
  )
