import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { makeScratch } from "../../../runtime/scratch.ts"

/** A project with a real bug, in a folder of its own. */
export interface DemoProject {
  /** The temporary folder around everything. */
  readonly folder: string
  /** The copy of the project, a git repository with one commit. */
  readonly root: string
  /** The answers of the model. */
  readonly script: string
}

const run = promisify(execFile)

/** Copies the example, with its bug, and makes it a git repository that needs nobody's identity. */
export const makeProject = async (environment: NodeJS.ProcessEnv, withEdit: boolean): Promise<DemoProject> => {
  const folder = makeScratch("loom-demo-")
  const root = join(folder, "parking-meter")
  const examples = examplesFolder()
  cpSync(join(examples, "failing-test"), root, { recursive: true })
  const script = join(folder, "script.json")
  writeFileSync(script, scriptText(readFileSync(join(examples, "failing-test.script.json"), "utf8"), withEdit))
  mkdirSync(join(folder, "home"))
  const git = (...words: readonly string[]) => run("git", ["-C", root, ...words], { env: environment })
  await git("init", "--quiet", "--initial-branch=main")
  await git("config", "user.name", "Loom's demo")
  await git("config", "user.email", "demo@example.invalid")
  await git("config", "commit.gpgsign", "false")
  await git("add", "--all")
  await git("commit", "--quiet", "--no-verify", "--message", "a parking meter, with a bug in it")
  return { folder, root, script }
}

/** Without the edit nothing is mended, and the tests must say so. */
const scriptText = (text: string, withEdit: boolean): string => {
  if (withEdit) return text
  const script = JSON.parse(text) as { readonly answers: readonly unknown[] }
  return JSON.stringify({ ...script, answers: script.answers.filter((answer) => !JSON.stringify(answer).includes('"file_edit"')) })
}

const examplesFolder = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "examples", "failing-test"))) return join(folder, "examples")
  }
  throw new Error("the demo's project is missing: examples/failing-test is not in this installation")
}

/** Whether the project's own tests pass. */
export const testsPass = async ({ root }: DemoProject, environment: NodeJS.ProcessEnv): Promise<boolean> => {
  try {
    await run(process.execPath, ["--test"], { cwd: root, env: environment })
    return true
  } catch {
    // Red, or not to be run at all: either way nothing is mended.
    return false
  }
}

/** The commits of the project, the newest first, one line each. */
export const commits = async ({ root }: DemoProject, environment: NodeJS.ProcessEnv): Promise<string> =>
  (await run("git", ["-C", root, "log", "--oneline", "--no-decorate"], { env: environment })).stdout.trimEnd()
