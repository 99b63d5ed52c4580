import { gitRunsOthers, linesForGit, withoutLeadingOptions } from "./options.ts"

/*
 * What runs the words behind it, or a text among them, as a command. A call of one of these always asks; that its inner command is
 * found here lets a rule that denies `rm *` deny `sudo rm x` too.
 */

/** What a command runs in turn: words of another, or a text for a shell. */
export type Inner = { readonly words: readonly string[] } | { readonly line: string }

/** The commands that these words run inside, as far as they are plain to see. */
export const innerOf = (words: readonly string[]): readonly Inner[] => {
  const [first = "", ...args] = words
  const name = first.slice(first.lastIndexOf("/") + 1)
  const plain: readonly Inner[] = name === first ? [] : [{ words: [name, ...args] }]
  const bare = withoutLeadingOptions(words)
  if (name === "git" && name === first) return [...(bare === null ? [] : [{ words: bare }]), ...linesForGit(args).map((line) => ({ line }))]
  if (bare !== null) return [{ words: bare }]
  if (SHELLS.has(name)) return [...plain, ...scriptOf(args)]
  if (name === "find" || name === "fd") return [...plain, ...findActions(args)]
  if (name === "eval" || name === "watch") return [...plain, { line: withoutOptions(args, WRAPPERS.get(name)).join(" ") }]
  if (name === "ssh") return [...plain, { line: withoutOptions(args, WRAPPERS.get(name)).slice(1).join(" ") }]
  if (name === "trap") return [...plain, ...args.slice(0, 1).map((line) => ({ line }))]
  if (name === "alias") return [...plain, ...args.map((word) => ({ line: word.slice(word.indexOf("=") + 1) }))]
  const wrapper = WRAPPERS.get(name)
  if (wrapper === undefined) return plain
  const texts = args.flatMap((word, index) =>
    /^(-c|-S|--command|--split-string|--exec)$/.test(word)
      ? [{ line: args[index + 1] ?? "" }]
      : /^(-S|--command=|--split-string=)(.+)$/s.test(word)
        ? [{ line: word.replace(/^(-S|--\w[\w-]*=)/, "") }]
        : []
  )
  return [...plain, ...texts, { words: withoutOptions(args, wrapper).slice(wrapper.operands) }]
}

const SHELLS: ReadonlySet<string> = new Set("sh bash rbash dash ash zsh ksh mksh fish csh tcsh".split(" "))

/** `-c`, alone or among other letters, makes the next operand a script. */
const scriptOf = (args: readonly string[]): readonly Inner[] => {
  const option = args.findIndex((word) => /^-[A-Za-z]*c[A-Za-z]*$/.test(word))
  const line = option < 0 ? undefined : args.slice(option + 1).find((word) => !/^[-+]/.test(word))
  return line === undefined ? [] : [{ line }]
}

const FIND_ACTIONS = /^(-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch)$/

const findActions = (args: readonly string[]): readonly Inner[] =>
  args.flatMap((word, index) => {
    if (!FIND_ACTIONS.test(word)) return []
    const rest = args.slice(index + 1)
    const end = rest.findIndex((each) => each === ";" || each === "+")
    return [{ words: end < 0 ? rest : rest.slice(0, end) }]
  })

/** Whether these words make a command that is harmless by its name run others, or evaluate what it is told. */
export const runsOthers = ([name = "", ...args]: readonly string[]): boolean => {
  switch (name.slice(name.lastIndexOf("/") + 1)) {
    case "find":
    case "fd":
      return args.some((word) => FIND_ACTIONS.test(word))
    case "git":
      return gitRunsOthers(args)
    // The name of a variable may hold an index, and an index is evaluated.
    case "test":
    case "[":
    case "printf":
      return (
        args.some((word, index) => /^-[vR]/.test(word) && /[[$`]/.test(args[index + 1] ?? word))
        || (name === "printf" && /^-v/.test(args[0] ?? ""))
      )
  }
  return false
}

interface Wrapper {
  /** Options that take the next word. */
  readonly values: ReadonlySet<string>
  /** Words before the inner command that are none of it. */
  readonly operands: number
}

const wrapper = (values = "", operands = 0): Wrapper => ({ values: new Set(values.split(" ")), operands })

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map([
  ["sudo", wrapper("-u -g -h -p -C -r -t -U -D -R -T --user --group --host --prompt --chdir --role --type")],
  ["doas", wrapper("-u -C -a")],
  ["env", wrapper("-u -C --unset --chdir")],
  ["xargs", wrapper("-I -n -P -L -d -a -E -s -J -R --max-args --max-procs --max-lines --delimiter --arg-file --replace --max-chars")],
  ["timeout", wrapper("-k -s --kill-after --signal", 1)],
  ["nice", wrapper("-n --adjustment")],
  ["ionice", wrapper("-c -n -p --class --classdata")],
  ["chrt", wrapper("", 1)],
  ["taskset", wrapper("", 1)],
  ["stdbuf", wrapper("-i -o -e --input --output --error")],
  ["time", wrapper("-f -o --format --output")],
  ["exec", wrapper("-a")],
  ["flock", wrapper("-w -E --timeout --conflict-exit-code", 1)],
  ["chroot", wrapper("", 1)],
  ["strace", wrapper("-o -e -p -s -u -E -a -b -I -O -S -P")],
  ["ltrace", wrapper("-o -e -p -s -u -a -n")],
  ["watch", wrapper("-n --interval")],
  ["ssh", wrapper("-p -i -l -o -F -J -L -R -D -W -b -c -e -m -E -I -O -Q -S -w")],
  ["su", wrapper("-s -g -G -w", 1)],
  ["runuser", wrapper("-u -g -G -s -w")],
  ["script", wrapper("-o -t", 1)],
  ["screen", wrapper("-S -t -c -h -L")],
  ["systemd-run", wrapper("-p -u -t -E --unit --property --setenv --slice")],
  ["bwrap", wrapper()],
  ["direnv", wrapper("", 2)],
  ["su-exec", wrapper("", 1)],
  ["gosu", wrapper("", 1)],
  ["setarch", wrapper("", 1)],
  ["runcon", wrapper("-t -u -r -l", 0)],
  ["aa-exec", wrapper("-p -n", 0)],
  ["ifne", wrapper()],
  ["prlimit", wrapper()],
  ["setpriv", wrapper()],
  ["parallel", wrapper("-j -n -I -a -S --jobs")],
  ...["command", "builtin", "nohup", "setsid", "busybox", "toybox", "unbuffer", "expect", "entr", "gdb", "valgrind", "perf", "unshare", "nsenter", "firejail", "fakeroot"].map((name): [string, Wrapper] => [name, wrapper()]),
  ...["proot", "faketime", "catchsegv", "rlwrap", "dbus-run-session", "dbus-launch", "xvfb-run", "capsh", "numactl", "pkexec", "chronic", "eatmydata", "tini", "dumb-init", "linux32", "linux64", "coproc", "then", "do", "else", "!"].map((name): [string, Wrapper] => [name, wrapper()]),
  ["eval", wrapper()]
])

/** The words from the first that is neither option, nor the value of one, nor an assignment. */
const withoutOptions = (args: readonly string[], { values }: Wrapper = wrapper()): readonly string[] => {
  let index = 0
  for (; index < args.length; index++) {
    const word = args[index] as string
    if (word === "--") return args.slice(index + 1)
    if (values.has(word)) index++
    else if (!/^-|^[A-Za-z_]\w*=/.test(word)) break
  }
  return args.slice(index)
}
