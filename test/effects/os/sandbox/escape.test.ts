import { execFileSync, spawn } from "node:child_process"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import type { AddressInfo } from "node:net"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { SECRETS_OF_HOME } from "../../../../src/effects/os/sandbox/places.ts"
import { folder } from "../folder.ts"
import { noSandbox, run, sceneIn } from "./support.ts"

const scene = sceneIn(folder())
const { work, home, beside } = scene
const abstract = `loom-escape-${process.pid}`
const shared = `/dev/shm/loom-escape-${process.pid}`
let environment: Record<string, string | undefined> = {}
const servers: Server[] = []
const datagrams = createSocket("udp4")
let heard = 0
const victim = spawn("sleep", ["600"], { stdio: "ignore", env: { ...process.env, VICTIM: "1" } })

const listen = async (where: string | number): Promise<Server> => {
  const server = createServer((socket) => void (heard++, socket.on("error", () => {}), socket.end("hello")))
  servers.push(server)
  server.listen(typeof where === "number" ? { port: where, host: "127.0.0.1" } : { path: where })
  await once(server, "listening")
  return server
}

beforeAll(async () => {
  const tcp = await listen(0)
  await listen(join(beside, "socket"))
  await listen(join(work, "socket of a database"))
  await listen(`\0${abstract}`)
  datagrams.on("message", () => heard++).bind(0, "127.0.0.1")
  await once(datagrams, "listening")
  writeFileSync(shared, "SECRET")
  environment = {
    PORT: `${(tcp.address() as AddressInfo).port}`,
    UDP_PORT: `${datagrams.address().port}`,
    ABSTRACT: abstract,
    VICTIM: `${victim.pid}`,
    SHARED: shared,
    MY_API_TOKEN: "SECRET"
  }
})
afterAll(() => {
  for (const server of servers) server.close()
  datagrams.close()
  victim.kill("SIGKILL")
  rmSync(shared, { force: true })
})

beforeEach(() => {
  heard = 0
  for (const place of [".git", "link", "hard", "mine", "moved"]) rmSync(join(work, place), { recursive: true, force: true })
  rmSync(beside + "/made", { force: true })
  execFileSync("git", ["init", "--quiet", work])
  writeFileSync(join(work, "mine"), "mine")
  writeFileSync(join(beside, "victim"), "SECRET")
  for (const name of [".ssh/id_ed25519", "loom/config.toml", "loom/data/loom.db"]) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), "SECRET")
  }
})

const connect = (to: string): string => `"$NODE" -e 'require("net").connect(${to}).on("data",(d)=>{console.log("ESC"+"APED");process.exit()}).on("error",()=>process.exit(1))'`

/** Each line says ESCAPED where it succeeds; `both` are harmless enough to be seen succeeding outside. */
const ATTEMPTS: readonly (readonly [what: string, line: string, seen: "both" | "inside"])[] = [
  ["makes a file outside", `echo x > "$OUT/made" && echo ESCAPED`, "both"],
  ["writes over a file outside", `echo x > "$OUT/victim" && echo ESCAPED`, "both"],
  ["appends to a file outside", `echo x >> "$OUT/victim" && echo ESCAPED`, "both"],
  ["deletes a file outside", `rm -f "$OUT/victim" && echo ESCAPED`, "both"],
  ["moves a file out", `mv mine "$OUT/made" && echo ESCAPED`, "both"],
  ["changes the mode of a file outside", `chmod 600 "$OUT/victim" && echo ESCAPED`, "both"],
  ["touches the times of a file outside", `touch "$OUT/victim" && echo ESCAPED`, "both"],
  ["climbs by ..", `echo x > "../beside/made" && echo ESCAPED`, "both"],
  ["writes through a link", `ln -sf "$OUT/victim" link && echo x > link && echo ESCAPED`, "both"],
  ["writes into a linked directory", `ln -sfn "$OUT" link && echo x > link/made && echo ESCAPED`, "both"],
  ["writes through a hard link", `ln "$OUT/victim" hard && echo x > hard && echo ESCAPED`, "both"],
  ["writes through /proc/self/root", `echo x > "/proc/self/root$OUT/made" && echo ESCAPED`, "both"],
  ["writes through /proc/1/root", `echo x > "/proc/1/root$OUT/made" && echo ESCAPED`, "inside"],
  ["writes through the open directory of a process outside", `echo x > "/proc/$VICTIM/cwd/tmp-escape" && rm "/proc/$VICTIM/cwd/tmp-escape" && echo ESCAPED`, "both"],
  ["mounts the file system writable", `mount -o remount,rw / && echo ESCAPED`, "inside"],
  ["mounts a file system", `mount -t tmpfs none "$WORK" && echo ESCAPED`, "inside"],
  ["unmounts what hides a secret", `umount "$HOME/.ssh" && cat "$HOME/.ssh/id_ed25519" && echo ESCAPED`, "inside"],
  ["makes namespaces of its own", `unshare --user --map-root-user true && echo ESCAPED`, "inside"],
  ["enters the namespaces of another process", `nsenter --target "$VICTIM" --mount true && echo ESCAPED`, "inside"],
  ["changes its root", `chroot / true && echo ESCAPED`, "inside"],
  ["makes a device", `mknod device b 7 0 && echo ESCAPED`, "inside"],
  ["reads the disk", `cat /dev/sd? /dev/vd? /dev/nvme* 2>/dev/null | head -c 1 | grep -q . && echo ESCAPED`, "inside"],
  ["reads a key of the person", `cat "$HOME/.ssh/id_ed25519" | sed s/SECRET/ESCAPED/`, "both"],
  ["reads a key through a link", `ln -sfn "$HOME/.ssh" link && cat link/id_ed25519 | sed s/SECRET/ESCAPED/`, "both"],
  ["reads Loom's settings", `cat "$HOME/loom/config.toml" | sed s/SECRET/ESCAPED/`, "both"],
  ["reads Loom's database", `cat "$HOME/loom/data/loom.db" | sed s/SECRET/ESCAPED/`, "both"],
  ["allows itself everything in Loom's settings", `echo 'allow = ["shell(*)"]' > "$HOME/loom/config.toml" && echo ESCAPED`, "both"],
  ["writes Loom's database", `echo x > "$HOME/loom/data/loom.db" && echo ESCAPED`, "both"],
  ["reads the system's passwords", `grep -q : /etc/shadow && echo ESCAPED`, "inside"],
  ["reads a key in its environment", `test "$MY_API_TOKEN" = SECRET && echo ESCAPED`, "both"],
  ["reads a key in the environment of its first process", `tr '\\0' '\\n' < /proc/1/environ | grep -q MY_API_TOKEN && echo ESCAPED`, "inside"],
  ["reads the environment of a process outside", `tr '\\0' '\\n' < "/proc/$VICTIM/environ" | grep -q VICTIM && echo ESCAPED`, "both"],
  ["reads the memory of a process outside", `test -r "/proc/$VICTIM/mem" && echo ESCAPED`, "both"],
  ["signals a process outside", `kill -CONT "$VICTIM" && echo ESCAPED`, "both"],
  ["lists the processes outside", `for each in /proc/[0-9]*; do test "$each" = "/proc/$VICTIM" && echo ESCAPED; done`, "both"],
  ["reads memory that programs share", `cat "$SHARED" | sed s/SECRET/ESCAPED/`, "both"],
  ["has rights beyond a person's", `grep -q 'CapEff:.*[1-9a-f]' /proc/self/status && echo ESCAPED`, "inside"],
  ["gains rights by a setuid program", `grep -q 'NoNewPrivs:.0' /proc/self/status && echo ESCAPED`, "inside"],
  ["names the machine anew", `hostname "$(hostname)" && echo ESCAPED`, "inside"],
  ["sets the kernel", `v=$(cat /proc/sys/vm/swappiness); echo "$v" > /proc/sys/vm/swappiness && echo ESCAPED`, "inside"],
  ["sets a core dump program", `v=$(cat /proc/sys/kernel/core_pattern); echo "$v" > /proc/sys/kernel/core_pattern && echo ESCAPED`, "inside"],
  ["makes a control group", `mkdir "/sys/fs/cgroup/loom-$$" 2>/dev/null && echo ESCAPED`, "inside"],
  ["calls a service of this machine", connect(`+process.env.PORT,"127.0.0.1"`), "both"],
  ["calls a socket outside", connect(`process.env.OUT+"/socket"`), "both"],
  ["calls a socket of another program in the workspace", connect(`process.env.WORK+"/socket of a database"`), "both"],
  ["calls a socket without a file", connect(`"\\0"+process.env.ABSTRACT`), "both"],
  ["gives git other settings", `git config core.fsmonitor /bin/evil && echo ESCAPED`, "both"],
  ["writes git's settings", `echo x >> .git/config && echo ESCAPED`, "both"],
  ["makes a hook of git", `echo x > .git/hooks/pre-commit && echo ESCAPED`, "both"],
  ["moves git's settings away", `mv .git/config .git/other && echo ESCAPED`, "both"],
  ["moves the repository away", `mv .git moved && echo ESCAPED`, "both"],
  ["writes to a terminal of the person", `for each in /dev/pts/[0-9]*; do test -w "$each" && echo ESCAPED; done`, "inside"]
]

test.skipIf(noSandbox).each(ATTEMPTS)("what %s fails inside", async (_, line, seen) => {
  const inside = await run(scene, line, "inside", { environment })
  expect([inside.said.includes("ESCAPED"), inside.ended.how, heard], inside.said).toEqual([false, "exited", 0])
  expect([readFileSync(join(beside, "victim"), "utf8"), existsSync(join(beside, "made")), existsSync(join(work, ".git/config"))]).toEqual(["SECRET", false, true])
  if (seen === "both") expect((await run(scene, line, "outside", { environment })).said).toContain("ESCAPED")
})

test.skipIf(noSandbox)("a datagram, as a question for a name is one, leaves nowhere from inside", async () => {
  const send = `"$NODE" -e 'const s=require("dgram").createSocket("udp4");s.send("x",+process.env.UDP_PORT,"127.0.0.1",()=>setTimeout(()=>s.close(),50));s.on("error",()=>{})'`
  await run(scene, send, "inside", { environment })
  expect(heard).toBe(0)
  await run(scene, send, "outside", { environment })
  expect(heard).toBe(1)
})

test.skipIf(noSandbox)("every place of the table of secrets is closed, file or directory", async () => {
  for (const name of SECRETS_OF_HOME) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    if (!existsSync(join(home, name))) writeFileSync(join(home, name), "SECRET")
  }
  writeFileSync(join(home, "notes"), "SECRET")
  const line = `cd "$HOME"; grep -rl SECRET . | sort`
  expect((await run(scene, line, "inside")).said.split("\n").filter((each) => !each.includes("denied"))).toEqual(["./notes", ""])
  expect((await run(scene, line, "outside")).said.trim().split("\n").length).toBeGreaterThan(SECRETS_OF_HOME.length)
})
