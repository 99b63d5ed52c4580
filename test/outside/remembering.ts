import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { loom, place, script, type Answer, type Ended, type With } from "./command.ts"

// What a careful reader of specs/decision-graph.md, context.md and repo-map.md has at hand: a folder that is a repository, a graph by its commands, a session by a script.

export interface Node {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly status: string
  readonly confidence: number | null
  readonly origin: string
  readonly uncertain: readonly string[]
  readonly session: string | null
  readonly changedAt: number
}
export interface Edge {
  readonly from: string
  readonly to: string
  readonly type: string
  readonly reason: string
}
export interface Content {
  readonly nodes: readonly Node[]
  readonly edges: readonly Edge[]
  readonly tombstones: readonly unknown[]
}

export const git = (folder: string, ...words: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", ...words], { cwd: folder, encoding: "utf8", stdio: "pipe" })

export const write = (folder: string, texts: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

export const commit = (folder: string, subject: string): void => {
  git(folder, "add", "-A")
  git(folder, "commit", "-q", "--allow-empty", "-m", subject)
}

/** A repository with these files in one commit, and the home beside it. */
export const repository = (texts: Readonly<Record<string, string>> = {}) => {
  const made = place()
  git(made.folder, "init", "-q")
  write(made.folder, texts)
  commit(made.folder, "one")
  return made
}

export const graph = (folder: string, ...words: readonly string[]): Promise<Ended> => loom(folder, ["graph", ...words])
export const exported = async (folder: string): Promise<Content> => JSON.parse((await graph(folder, "export")).stdout) as Content
export const add = async (folder: string, kind: string, title: string, ...more: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await graph(folder, "add", kind, title, ...more, "--json")
  if (stdout === "") throw new Error(stderr)
  return (JSON.parse(stdout) as Node).id
}
export const nodeOf = async (folder: string, id: string): Promise<Node> =>
  (JSON.parse((await graph(folder, "show", id, "--json")).stdout) as Content).nodes.find((node) => node.id === id)!
/** Edges by the titles of their ends. */
export const edges = ({ nodes, edges: all }: Content): readonly string[] => {
  const title = (id: string) => nodes.find((node) => node.id === id)?.title ?? "?"
  return all.map(({ from, to, type }) => `${title(from)} ${type} ${title(to)}`).toSorted()
}

/** A text of `graph.json` by hand; ids sort as the nodes stand here. */
export const file = (nodes: readonly Partial<Node>[], changedAt = Date.now()): string => {
  const whole = nodes.map((node, index) => ({
    author: null, branch: null, changedAt, commit: null, confidence: null, createdAt: changedAt, description: "", event: null, files: [],
    id: idOf(index), keeper: null, kind: "goal", origin: "said", session: null, status: "active", title: `node ${index}`, ...node
  }))
  return `{\n"aside": [],\n"edges": [],\n"nodes": [\n${whole.map((node) => JSON.stringify(node)).join(",\n")}\n],\n"tombstones": [],\n"version": 1\n}\n`
}
export const idOf = (index: number): string => `01m7x4e7jyqe47czaxp4rz3q${String(index).padStart(2, "0")}`

/** One turn of a scripted model, a process of its own. */
export const turn = (folder: string, words: readonly string[], answers: readonly Answer[], given: With = {}): Promise<Ended> => {
  const path = join(folder, "..", "script.json")
  writeFileSync(path, script(answers))
  return loom(folder, ["-p", ...words, "--output-format", "json", "--model", `scripted:${path}`], given)
}
export const sessionOf = (ran: Ended): string => (JSON.parse(ran.stdout) as { session: string }).session
