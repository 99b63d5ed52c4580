import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What a real shell did with a line. */
export interface Recorded {
  /** The words of every program that was run. */
  readonly programs: readonly (readonly string[])[]
  /** The files that were there afterwards, below the folder where it ran. */
  readonly files: readonly string[]
}

/** The shells of this machine that `sh` may stand for. */
export const shells = ["/bin/dash", "/bin/bash"].filter((path) => existsSync(path))

/** These fail, so that the other side of `&&`, `||` and `if` is taken too. */
const FAILING = ["n", "no"]
const PROGRAMS = ["a", "b", "c", "rm", "git", "ls", "cat", "grep", "make", "sudo", "tee", "sort", ...FAILING]
/** Real ones, because they run what they are told. */
const RUNNERS = ["env", "xargs", "find", "timeout", "nohup", "nice", "sh", "bash", "setsid", "stdbuf"]

/** Runs lines in a folder where every program that can be found writes down how it was called, and does nothing else. */
export const recorder = (folder: string): ((shell: string, line: string) => Recorded) => {
  const [bin, home, log] = [join(folder, "bin"), join(folder, "home"), join(folder, "log")]
  for (const path of [bin, home]) mkdirSync(path)
  for (const name of PROGRAMS) {
    // One write, so that programs that run side by side do not mix.
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\036' "\${0##*/}" "$@" '\u001d' >> '${log}'\nexit ${FAILING.includes(name) ? 1 : 0}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  for (const name of RUNNERS) symlinkSync(["/usr/bin", "/bin"].map((place) => join(place, name)).find((path) => existsSync(path)) ?? "/nowhere", join(bin, name))
  return (shell, line) => {
    rmSync(home, { recursive: true })
    mkdirSync(join(home, "d"), { recursive: true })
    writeFileSync(log, "")
    // What still runs holds the fourth pipe open, wherever its output goes: the call ends when all of it has.
    spawnSync(shell, ["-c", line], {
      cwd: home,
      env: { PATH: bin, HOME: home, x: "rm", y: "a b" },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      timeout: 5_000,
      killSignal: "SIGKILL"
    })
    const programs = readFileSync(log, "utf8")
      .split("\u001d\u001e")
      .slice(0, -1)
      .map((call) => call.split("\u001e").slice(0, -1))
    return { programs, files: readdirSync(home, { recursive: true, encoding: "utf8" }).filter((name) => name !== "d") }
  }
}
