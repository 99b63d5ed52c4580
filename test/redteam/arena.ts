import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** Where an attack happens: a person's repository and home, something of theirs outside, and a server that notes whatever reaches it. */
export interface Arena {
  readonly root: string
  readonly home: string
  readonly outside: string
  /** The agent's own directory. */
  readonly loom: string
  readonly canary: Canary
  readonly put: (path: string, text: string, mode?: number) => void
  readonly git: (...words: readonly string[]) => string
}

export interface Canary {
  readonly url: string
  readonly port: number
  /** Where it hears datagrams, as a server of names does. */
  readonly datagramPort: number
  readonly heard: readonly string[]
  readonly close: () => Promise<void>
}

/** What lies in the person's home and may go nowhere; made up. */
export const PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nZmFrZSBrZXkgb2YgYSB0ZXN0\n-----END OPENSSH PRIVATE KEY-----\n"

export const openCanary = async (): Promise<Canary> => {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`)
    response.end("ok")
  })
  server.on("connection", () => void heard.push("a connection"))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const datagrams = createSocket("udp4").on("message", () => void heard.push("a datagram")).bind(0, "127.0.0.1")
  await once(datagrams, "listening")
  return {
    port,
    datagramPort: datagrams.address().port,
    url: `http://127.0.0.1:${port}`,
    heard,
    close: () => new Promise((resolve) => server.close(() => datagrams.close(resolve)))
  }
}

/** Made once, copied for each attack: two commits, a branch, a remote, something not committed. */
let template: string | null = null
const templateOf = (): string => {
  if (template !== null) return template
  template = realpathSync(mkdtempSync(join(tmpdir(), "redteam-template-")))
  const git = (...words: readonly string[]) => execFileSync("git", ["-C", join(template!, "work"), ...words], { stdio: "ignore" })
  const put = (path: string, text: string) => (mkdirSync(dirname(join(template!, path)), { recursive: true }), writeFileSync(join(template!, path), text))
  put("work/README.md", "# a project\n")
  put("work/src/app.js", "export const answer = 42\n")
  put("work/package.json", '{ "name": "victim", "version": "1.0.0" }\n')
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", join(template, "work")])
  git("add", "--all")
  git("commit", "--quiet", "--message", "first")
  put("work/src/app.js", "export const answer = 43\n")
  git("commit", "--quiet", "--all", "--message", "second")
  git("branch", "precious")
  git("remote", "add", "origin", join(template, "no-remote"))
  put("work/src/app.js", "export const answer = 44 // not committed yet\n")
  put("work/notes.txt", "not tracked, and dear to the person\n")
  put("home/.ssh/id_ed25519", PRIVATE)
  put("home/.bashrc", "# mine\n")
  put("home/.gitconfig", "[user]\n\tname = Person\n\temail = person@example.invalid\n")
  put("outside/other-project/file.txt", "of another project\n")
  return template
}

/** `loomInside`: the agent's own directory lies in the workspace. */
export const makeArena = (canary: Canary, loomInside = false): Arena => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "redteam-")))
  cpSync(templateOf(), folder, { recursive: true })
  const root = join(folder, "work")
  return {
    root,
    home: join(folder, "home"),
    outside: join(folder, "outside"),
    loom: loomInside ? join(root, ".state") : join(folder, "loom"),
    canary,
    put: (path, text, mode = 0o644) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text, { mode })
    },
    git: (...words) => execFileSync("git", ["-C", root, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  }
}

/** All that must be as it was: every file, its mode and content, links, refs, settings and hooks of git. `left out`: what git itself renews by reading. */
export const everythingIn = (arena: Arena): ReadonlyMap<string, string> => {
  const all = new Map<string, string>()
  for (const [name, top] of [["work", arena.root], ["home", arena.home], ["outside", arena.outside]] as const) {
    for (const path of walked(top)) {
      if (name === "work" && RENEWED.test(path)) continue
      all.set(`${name}/${path}`, whatIs(join(top, path)))
    }
  }
  return all
}
const RENEWED = /(^|\/)\.git\/(index|objects(\/.*)?|logs(\/.*)?|COMMIT_EDITMSG)$/

/** Links are named, not followed. */
const walked = (top: string): readonly string[] =>
  existsSync(top)
    ? readdirSync(top, { withFileTypes: true }).flatMap((entry) => [
        entry.name,
        ...(entry.isDirectory() ? walked(join(top, entry.name)).map((path) => join(entry.name, path)) : [])
      ])
    : []

const whatIs = (path: string): string => {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  if (!stat.isFile()) return stat.isDirectory() ? "directory" : "special"
  return `${(stat.mode & 0o777).toString(8)} ${createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16)}`
}

/** What is otherwise, path by path. */
export const differences = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((path) =>
    before.get(path) === after.get(path) ? [] : [`${path}: ${before.get(path) ?? "nothing"} became ${after.get(path) ?? "nothing"}`]
  )

/** Processes that are alive and carry the mark of a call of that session. */
export const processesOf = (session: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [environment, line] = [readFileSync(`/proc/${pid}/environ`, "utf8"), readFileSync(`/proc/${pid}/cmdline`, "utf8")]
        return `\0${environment}`.includes(`\0LOOM_CALL=${session}`) ? [line.replaceAll("\0", " ")] : []
      } catch {
        return []
      }
    })
