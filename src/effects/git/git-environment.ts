/** Settings that stand above every configuration file: nothing a repository names is run, nothing is fetched, nothing tidied. */
export const OVERRIDES: readonly string[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.quotePath", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
  ["diff.external", ""],
  ["commit.gpgSign", "false"]
].flatMap(([name, value]) => ["-c", `${name}=${value}`])

/** What git needs of the person's environment, and who the person is. Keys, and every `GIT_DIR` and its like, stay out. */
const PASSED = /^(PATH|HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|SYSTEMROOT|XDG_CONFIG_HOME)$/
const PASSED_OF_GIT = /^GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL)|CONFIG_(NOSYSTEM|GLOBAL|SYSTEM))$/

/** Never asks, never pages, never speaks another language, reads paths literally, opens no connection, takes no lock it can do without. */
const FIXED: Readonly<Record<string, string>> = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "",
  GIT_PAGER: "cat",
  GIT_EDITOR: "false",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none"
}

export const gitEnvironment = (inherited: NodeJS.ProcessEnv, added: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const passed: Record<string, string> = {}
  for (const [name, value] of Object.entries(inherited))
    if (value !== undefined && (PASSED.test(name) || PASSED_OF_GIT.test(name))) passed[name] = value
  return { ...passed, ...FIXED, ...added }
}
