import { expect, test } from "vitest"
import { FLAGS, flagsLayer, parseCommandLine, strangeFlag, type CommandLine } from "../../../src/interfaces/cli/flags.ts"
import { COMMANDS, meaningOf, stillToCome, type CommandName } from "../../../src/interfaces/cli/commands.ts"
import { commandHelp, EXAMPLES } from "../../../src/interfaces/cli/help.ts"

const parsed = (...argv: readonly string[]): CommandLine => {
  const line = parseCommandLine(argv)
  if (typeof line === "string") throw new Error(line)
  return line
}

test("flags keep the names that peers have made usual", () => {
  expect(parsed("-p", "do it", "--max-turns", "3", "--allowedTools", "Read").flags).toEqual({ print: true, "max-steps": "3", "allowed-tools": ["Read"] })
  expect(parsed("-c", "-C", "/tmp", "-q").flags).toEqual({ continue: true, project: "/tmp", quiet: true })
})

test("--resume without an id goes on with the newest session", () => {
  expect(parsed("--resume").flags).toEqual({ continue: true })
  expect(parsed("-r", "-p", "more")).toEqual({ flags: { continue: true, print: true }, words: ["more"] })
  expect(parsed("-r", "abc").flags).toEqual({ resume: "abc" })
})

test("what stands behind -- is the task, whatever it looks like", () => {
  expect(parsed("-p", "--", "--resume", "is", "a", "flag").words).toEqual(["--resume", "is", "a", "flag"])
})

test.each([
  [["--modle", "x"], "the flag --modle is not known; did you mean --model?"],
  [["-x"], "the flag -x is not known; loom --help lists them"],
  [["--max-steps"], "the flag --max-steps needs a value; write it as --max-steps=N"],
  [["--max-steps", "-1"], "the flag --max-steps needs a value; write it as --max-steps=N"],
  [["--model="], "the flag --model needs a value; write it as --model=PROVIDER:MODEL"],
  [["--quiet=1"], "the flag --quiet takes no value"],
  [["--output-format", "xml"], "the output format xml is not known; take one of text, json, stream-json"]
])("a slip in %j is answered with what would do", (argv, message) => {
  expect(parseCommandLine(argv)).toBe(message)
})

test.each([
  ["--max-steps", "0"],
  ["--max-steps", "2.5"],
  ["--max-steps", "many"],
  ["--max-budget-usd", "Infinity"],
  ["--max-tokens", "1e30"]
])("%s %s is no amount", (flag, value) => {
  expect(flagsLayer(parsed(flag, value).flags)).toMatch(new RegExp(`^${flag} .* is no amount; give a (whole )?number above 0$`))
})

test("rules may stand one a flag or several in one", () => {
  expect(flagsLayer(parsed("--allowed-tools", "shell(git *), file_read", "--allowed-tools", "Edit", "--disallowed-tools", "Bash(rm *) file_write(.env*)").flags)).toEqual({
    allow: ["shell(git *)", "file_read", "Edit"],
    deny: ["Bash(rm *)", "file_write(.env*)"]
  })
})

test("half of a rule never allows more than was meant", () => {
  expect(flagsLayer(parsed("--allowed-tools", "shell(git").flags)).toEqual({ allow: ["shell(git"], deny: [] })
  expect(flagsLayer(parsed("--allowed-tools", 'shell(node -e "f(x)")').flags)).toEqual({ allow: ['shell(node -e "f(x)")'], deny: [] })
})

test("the first word may be a command; with -p all words are the task", () => {
  expect(meaningOf(parsed())).toEqual({ type: "conversation" })
  expect(meaningOf(parsed("-c"))).toEqual({ type: "conversation" })
  expect(meaningOf(parsed("show", "abc"))).toEqual({ type: "command", name: "show", words: ["abc"] })
  expect(meaningOf(parsed("-p", "show", "abc"))).toEqual({ type: "task", words: ["show", "abc"] })
  expect(meaningOf(parsed("fix", "the", "test"))).toEqual({ type: "task", words: ["fix", "the", "test"] })
  expect(meaningOf(parsed("fix the test"))).toEqual({ type: "task", words: ["fix the test"] })
  expect(meaningOf(parsed("verify", "a", "b"))).toEqual({ type: "command", name: "verify", words: ["a", "b"] })
  expect(meaningOf(parsed("-p", "x", "--help"))).toEqual({ type: "command", name: "help", words: [] })
  expect(meaningOf(parsed("verify", "a", "--help"))).toEqual({ type: "command", name: "help", words: ["verify"] })
})

test("help of a command has how it is written, its own flags with what they mean there, and an example", () => {
  expect(commandHelp("diff")).toBe(
    [
      "loom diff A B",
      "  where two logs part, and both stories from there on; --all, --exact",
      "",
      "its flags",
      "      --json   machine-readable",
      "      --all    the whole of both stories",
      "      --exact  compare times, names and all else that must differ, too",
      "",
      "for example: loom diff aq7a b3xk",
      "-C DIR works in another folder; `loom --help` lists every command and flag",
      ""
    ].join("\n")
  )
  const commands = Object.keys(COMMANDS) as readonly CommandName[]
  const flags = Object.entries(FLAGS as Readonly<Record<string, { readonly of?: readonly string[] }>>)
  // What a command alone may take stands in its help, and nothing that it would refuse.
  const wrong = commands.flatMap((name) =>
    flags.flatMap(([flag, { of }]) => (of !== undefined && of.includes(name) !== new RegExp(`^ +(-., )?--${flag}( |$)`, "m").test(commandHelp(name)) ? [`${name} --${flag}`] : []))
  )
  expect(wrong).toEqual([])
})

test("every flag in the help of a command says what it is for there, and every example means that command", () => {
  const commands = Object.keys(COMMANDS) as readonly CommandName[]
  const silent = commands.flatMap((name) =>
    commandHelp(name)
      .split("\n")
      .filter((line) => /^ +(-., )?--/.test(line) && !/^ +(-., )?--\S+( \S+)? {2,}\S/.test(line))
      .map((line) => `${name}: ${line}`)
  )
  const lines = (name: CommandName, flag: string): readonly string[] =>
    commandHelp(name)
      .split("\n")
      .filter((line) => line.trim().startsWith(flag))
      .map((line) => line.trim().replaceAll(/ +/g, " "))
  expect([silent, lines("map", "--check"), lines("fork", "--model"), lines("export", "--with-files")]).toEqual([
    [],
    ["--check which files could not be read, and why; nothing follows it"],
    ["--model PROVIDER:MODEL which is asked from there on"],
    ["--with-files the workspace's checkpoints, too, into FILE.bundle"]
  ])
  const meant = (example: string) => {
    const [loomItself = "", ...words] = (example.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ""))
    const line = parsed(...words)
    const meaning = meaningOf(line)
    return [loomItself, meaning.type === "command" ? meaning.name : meaning.type, meaning.type === "command" ? strangeFlag(line.flags, meaning.name) : null]
  }
  expect(commands.map((name) => meant(EXAMPLES[name] ?? ""))).toEqual(commands.map((name) => ["loom", name, null]))
})

test("a single word that is nearly a command is taken for a slip, any other for a task", () => {
  expect(meaningOf(parsed("sesions"))).toEqual({
    type: "fault",
    message: "the command sesions is not known; did you mean `loom sessions`? as a task it is `loom -p sesions`"
  })
  expect(meaningOf(parsed("docter")).type).toBe("fault")
  expect(meaningOf(parsed("refactor"))).toEqual({ type: "task", words: ["refactor"] })
  expect(meaningOf(parsed("why"))).toEqual({ type: "task", words: ["why"] })
})

test("a command with too many or too few words says how it is written", () => {
  const fault = (...argv: readonly string[]) => meaningOf(parsed(...argv))
  expect(fault("show")).toEqual({ type: "fault", message: 'the command show is written `loom show ID`; a task that begins with this word is written `loom -p "show …"`' })
  expect(fault("show", "me", "the", "tests").type).toBe("fault")
  expect(fault("constructor")).toEqual({ type: "task", words: ["constructor"] })
})

test("a command of the design that is not there yet says so, whatever flags it is given", () => {
  expect(stillToCome(["models", "LOG", "--at", "3"])).toBe(
    'the command models is not in this version yet; a task that begins with this word is written `loom -p "models LOG --at 3"`'
  )
  expect([stillToCome(["-p", "models it"]), stillToCome(["model"]), stillToCome([])]).toEqual([null, null, null])
})
