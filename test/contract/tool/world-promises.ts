import { isAbsolute, normalize, relative } from "node:path"
import { notTried, type Promised, type Verdict } from "../contract.ts"
import { call, type CallOptions, type Called } from "./call.ts"
import type { TriedTool } from "./host-tool.ts"
import { changedPaths, makePlace } from "./place.ts"
import { ofEach } from "./result-promises.ts"

/** How long to listen to what should be silent. Units: ms. */
const LISTENED_MS = 120

/** What a call does to the world around it, and what it leaves. */
export const worldPromises: readonly Promised<TriedTool>[] = [
  {
    promise: "interrupted, a call ends at once",
    check: (tried) => interrupted(tried, { interrupt: "during" }, ({ status }) => (status === "never ended" ? "it still ran two seconds later" : null))
  },
  {
    promise: "interrupted, it says nothing more and changes nothing more",
    check: (tried) => interrupted(tried, { interrupt: "during", listenMs: LISTENED_MS }, ({ late }) => (late.length === 0 ? null : `afterwards it ${late.join(", ")}`))
  },
  {
    promise: "interrupted before it began, it changes nothing",
    check: async (tried) => {
      const called = await callEach(tried, tried.trial.works, { interrupt: "before", listenMs: LISTENED_MS })
      return called.map(([args, { changed }]) => (changed.length > 0 ? `called with ${args} it changed ${changed.join(", ")}` : null)).find((how) => how !== null) ?? null
    }
  },
  {
    promise: "once it has ended it says nothing more and changes nothing more",
    check: async (tried) => {
      const called = await callEach(tried, [...tried.trial.works, ...(tried.trial.fails ?? [])], { listenMs: LISTENED_MS })
      return called.map(([args, { late }]) => (late.length > 0 ? `called with ${args} it ${late.join(", ")}` : null)).find((how) => how !== null) ?? null
    }
  },
  {
    promise: "it changes nothing if it says that it only reads",
    check: (tried) =>
      tried.tool.changes === false
        ? ofEach(tried, tried.trial.works, "works", ({ changed }) => (changed.length === 0 ? null : `it changed ${changed.join(", ")}`))
        : null
  },
  {
    promise: "it changes no path but those that it said",
    check: async (tried) => {
      const { tool, trial } = tried
      if (tool.touches === undefined) return tool.changes === false ? null : notTried("give the tool `touches`, the paths that a call may change")
      for (const args of trial.works) {
        const wrong = await unsaidPaths(tried, args)
        if (wrong.length > 0) return `called with ${JSON.stringify(args)} it changed ${wrong.join(", ")}`
      }
      return null
    }
  },
  {
    promise: "to say what a call will touch changes nothing, and is said the same again",
    check: async ({ tool, trial }) => {
      if (tool.touches === undefined) return tool.changes === false ? null : notTried("give the tool `touches`, the paths that a call may change")
      const place = makePlace()
      try {
        await trial.prepare?.(place.root)
        const before = place.look()
        for (const args of trial.works) {
          const [said, again] = [await tool.touches(args, place), await tool.touches(args, place)].map((each) => JSON.stringify(each))
          if (said !== again) return `first it said ${said}, then ${again}`
        }
        const changed = changedPaths(before, place.look())
        return changed.length === 0 ? null : `it changed ${changed.join(", ")}`
      } finally {
        place.remove()
      }
    }
  },
  {
    promise: "run twice it leaves what it leaves run once, if it says that it is idempotent",
    check: async (tried) => {
      if (tried.tool.idempotent !== true) return null
      for (const args of tried.trial.works) {
        const [once, twice] = [await lookAfter(tried, args, 1), await lookAfter(tried, args, 2)]
        const different = changedPaths(once.look, twice.look)
        if (different.length > 0) return `called with ${JSON.stringify(args)} it leaves something else in ${different.join(", ")}`
        if (once.status !== twice.status) return `called with ${JSON.stringify(args)} it ends ${once.status} once and ${twice.status} twice`
      }
      return null
    }
  },
  {
    promise: "it leaves the process as it was: its folder and its environment",
    check: async (tried) => {
      for (const args of tried.trial.works) await call(tried, args)
      const changes = tried.process.changes()
      return changes.length === 0 ? null : changes.join(", ")
    }
  },
  {
    promise: "no error escapes beside the call",
    check: async (tried) => {
      const { escaped, trial } = tried
      await callEach(tried, [...trial.works, ...(trial.fails ?? [])], { listenMs: LISTENED_MS })
      return escaped.length === 0 ? null : `${escaped.length} did, the first: ${escaped[0]}`
    }
  }
]

/** Side by side, for each is only listened to. */
const callEach = (tried: TriedTool, all: readonly unknown[], options: CallOptions): Promise<readonly (readonly [string, Called])[]> =>
  Promise.all(all.map(async (args) => [JSON.stringify(args), await call(tried, args, options)] as const))

const interrupted = async (tried: TriedTool, options: CallOptions, complain: (called: Called) => Verdict): Promise<Verdict> => {
  const { slow } = tried.trial
  if (slow === undefined) return notTried("give arguments of a call that takes ten seconds at least, as `slow`")
  const called = await call(tried, slow, options)
  return called.interrupted ? complain(called) : `it had ended by itself (${called.status}) before it was interrupted; give arguments that take longer`
}

const unsaidPaths = async (tried: TriedTool, args: unknown): Promise<readonly string[]> => {
  const place = makePlace()
  try {
    await tried.trial.prepare?.(place.root)
    const touched = await tried.tool.touches?.(args, place)
    const { changed } = await call(tried, args, { place })
    if (touched === undefined || touched === "anything") return []
    const may = touched.map((path) => normalize(isAbsolute(path) ? relative(place.root, path) : path))
    return changed.filter((path) => !may.some((each) => isWithin(path, each) || holds(path, each)))
  } finally {
    place.remove()
  }
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** A folder that had to be made for the path. */
const holds = (path: string, each: string): boolean => each.startsWith(`${path}/`)

const lookAfter = async (tried: TriedTool, args: unknown, times: number) => {
  const place = makePlace()
  try {
    await tried.trial.prepare?.(place.root)
    const { status } = await call(tried, args, { place, times })
    return { status, look: place.look() }
  } finally {
    place.remove()
  }
}
