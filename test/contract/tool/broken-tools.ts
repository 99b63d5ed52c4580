import { appendFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { HostTool, HostToolContext, ToolTrial } from "./host-tool.ts"

/** A tool that keeps all that a tool promises: writes a text to a file, and can take its time. */
export const goodTool: HostTool = {
  name: "note",
  description: "Write a note to a file; with wait_s, only after so many seconds.",
  inputSchema: {
    type: "object",
    properties: { path: { type: "string" }, text: { type: "string" }, wait_s: { type: "integer" } },
    required: ["path", "text"],
    additionalProperties: false
  },
  idempotent: true,
  touches: ({ path }) => [String(path)],
  run: async (args, context) => {
    const complaint = complaintAbout(args)
    if (complaint !== null) throw new Error(complaint)
    context.signal.throwIfAborted()
    context.progress(`writing ${args.path}`)
    if (args.wait_s !== undefined) await waited(args.wait_s * 1000, context.signal)
    writeFileSync(join(context.root, args.path), args.text)
    const text = readFileSync(join(context.root, args.path), "utf8")
    return text.length > 60_000 ? `wrote ${text.slice(0, 60_000)} and more` : `wrote ${text}`
  }
}

export const goodTrial: ToolTrial = {
  works: [{ path: "a.txt", text: "hello" }, { path: "b.txt", text: "wörld" }],
  fails: [{ path: "none/a.txt", text: "nowhere" }],
  slow: { path: "slow.txt", text: "late", wait_s: 20 },
  long: { path: "long.txt", text: "x".repeat(100_000) },
  timeoutMs: 300
}

const complaintAbout = (args: any): string | null => {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return "note: the arguments must be one JSON object"
  const unknown = Object.keys(args).find((name) => !["path", "text", "wait_s"].includes(name))
  if (unknown !== undefined) return `note: ${unknown} is no argument of it`
  if (typeof args.path !== "string" || typeof args.text !== "string") return "note: path and text must be texts"
  return args.wait_s === undefined || Number.isInteger(args.wait_s) ? null : "note: wait_s must be a whole number"
}

const waited = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("note: it was interrupted"))))
  })

/** A tool with one fault, and the promise that it breaks. */
export interface BrokenTool {
  readonly does: string
  readonly promise: RegExp
  readonly fault: Partial<HostTool>
}

type Run = (args: any, context: HostToolContext) => unknown

const good = goodTool.run as Run

const running = (does: string, promise: RegExp, run: Run): BrokenTool => ({ does, promise, fault: { run: run as HostTool["run"] } })

/** What comes back after the good run. */
const after = (does: string, promise: RegExp, change: (result: string, args: any, context: HostToolContext) => unknown): BrokenTool =>
  running(does, promise, async (args, context) => change((await good(args, context)) as string, args, context))

const isSlow = (args: any): boolean => args?.wait_s !== undefined

/** One for each promise at least. */
export const brokenTools: readonly BrokenTool[] = [
  { does: "has a blank in its name", promise: /^its name/, fault: { name: "my note" } },
  { does: "does not say what it does", promise: /^its description/, fault: { description: "" } },
  { does: "goes on and on in its description", promise: /^its description/, fault: { description: "It writes a note. ".repeat(100) } },
  { does: "takes an array", promise: /^the schema of its arguments/, fault: { inputSchema: { type: "array" } } },
  {
    does: "refers to another schema",
    promise: /^the schema of its arguments/,
    fault: { inputSchema: { type: "object", properties: { path: { $ref: "#/$defs/path" } } } }
  },
  {
    does: "requires what it does not describe",
    promise: /^every argument that is required/,
    fault: { inputSchema: { ...goodTool.inputSchema, required: ["path", "text", "mood"] } }
  },
  {
    does: "has a schema like a book",
    promise: /^its schema is small/,
    fault: { inputSchema: { ...goodTool.inputSchema, description: "long ".repeat(1_000) } }
  },
  {
    does: "wants a number where a text works",
    promise: /^the arguments that work fit/,
    fault: { inputSchema: { ...goodTool.inputSchema, properties: { path: { type: "number" }, text: { type: "string" } } } }
  },
  running("never does what it is asked", /^a call with arguments that work ends/, () => Promise.reject(new Error("note: not today"))),
  running("never ends", /^a call with arguments that work ends/, () => new Promise(() => {})),
  running("takes whatever comes", /^arguments that do not fit/, (args, context) => {
    context.signal.throwIfAborted()
    writeFileSync(join(context.root, String(args?.path ?? "a.txt")), String(args?.text))
    return "written"
  }),
  running("writes first and looks at its arguments later", /^what is refused has changed nothing/, (args, context) => {
    if (!context.signal.aborted) writeFileSync(join(context.root, String(args?.path ?? "a.txt")), "")
    return good(args, context)
  }),
  running("throws no error, but an object", /^a call that fails says why/, async (args, context) => {
    try {
      return await good(args, context)
    } catch {
      throw { code: 7 }
    }
  }),
  running("says nothing where it fails", /^a call that fails says why/, async (args, context) => {
    try {
      return await good(args, context)
    } catch {
      return { status: "error", parts: [{ type: "text", text: "undefined" }] }
    }
  }),
  running("says that all went well", /^a call that cannot go well/, async (args, context) => {
    if (args?.path !== "none/a.txt") return good(args, context)
    return "written"
  }),
  after("gives back an object of its own", /^a result is a text, or parts/, () => ({ written: true })),
  after("gives back a date", /^a result is a text, or parts/, (result) => ({ parts: [{ type: "text", text: result, at: new Date(0) }] })),
  after("gives back a whole file", /^a result has at most 64 kB/, (result, { text }) => result + text),
  running("shows a whole file", /^progress has at most 64 kB/, (args, context) => (context.progress(String(args?.text)), good(args, context))),
  running("shows bytes", /^progress is text/, (args, context) => (context.progress(Buffer.from("a") as unknown as string), good(args, context))),
  after("cuts a character in half", /^all its text is well-formed/, (result) => `${result}\ud83d`),
  running("tidies its arguments in place", /^it leaves its arguments/, (args, context) => {
    if (typeof args?.text === "string") args.text = args.text.trim()
    return good(args, context)
  }),
  running("remembers the newest call in one variable", /^calls side by side/, remembering()),
  running("does not hear that it is interrupted", /^interrupted, a call ends at once/, (args, context) => {
    if (context.signal.aborted) throw new Error("note: it was interrupted")
    return good(args, { ...context, signal: new AbortController().signal })
  }),
  running("goes on behind the scenes", /^interrupted, it says nothing more/, (args, context) => {
    if (isSlow(args)) setTimeout(() => context.progress("still here"), 120)
    return good(args, context)
  }),
  running("begins although it was interrupted before", /^interrupted before it began/, (args, context) =>
    good(args, { ...context, signal: isSlow(args) ? context.signal : new AbortController().signal })
  ),
  after(
    "writes once more when nobody looks",
    /^once it has ended/,
    (result, args, { root }) => (setTimeout(() => tryTo(() => appendFileSync(join(root, args.path), "more")), 30), result)
  ),
  after("talks after its end", /^once it has ended/, (result, _, { progress }) => (setTimeout(() => progress("by the way"), 30), result)),
  { does: "writes, but says that it only reads", promise: /^it changes nothing if it says/, fault: { changes: false } },
  after(
    "leaves a file beside the one it spoke of",
    /^it changes no path but/,
    (result, _, { root }) => (writeFileSync(join(root, "note.log"), "a"), result)
  ),
  after(
    "leaves the folder it works in",
    /^it changes no path but/,
    (result, _, { root }) => (writeFileSync(join(root, "..", "beside", "kept.txt"), "mine"), result)
  ),
  {
    does: "makes the file when it is asked what it would touch",
    promise: /^to say what a call will touch/,
    fault: { touches: ({ path }, { root }) => (writeFileSync(join(root, path), ""), [path]) }
  },
  {
    does: "says something else each time",
    promise: /^to say what a call will touch/,
    fault: { touches: ({ path }) => [path, `${Math.random()}`] }
  },
  after(
    "adds to the file, and says it is idempotent",
    /^run twice/,
    (result, args, { root }) => (appendFileSync(join(root, args.path), `${process.hrtime.bigint()}`), result)
  ),
  after(
    "leaves a variable in the environment",
    /^it leaves the process/,
    (result) => ((process.env["NOTE_SEEN"] = `${process.hrtime.bigint()}`), result)
  ),
  after("leaves another folder behind", /^it leaves the process/, (result) => (process.chdir("/"), result)),
  after("forgets to wait for something that fails", /^no error escapes/, (result) => (void Promise.reject(new Error("nobody heard me")), result)),
  after("throws from a timer", /^no error escapes/, (result) => (setTimeout(() => { throw new Error("too late to catch") }, 1), result))
]

function remembering(): Run {
  let newest: { readonly text: unknown } | null = null
  return async (args, context) => {
    newest = args
    await new Promise((resolve) => setTimeout(resolve, 5))
    const result = await good(args, context)
    return args?.text === newest?.text ? result : `wrote ${newest?.text}`
  }
}

function tryTo(run: () => void): void {
  try {
    run()
  } catch {
    // The folder is gone already, and with it who would have noticed.
  }
}
