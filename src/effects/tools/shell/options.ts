/*
 * Options that stand between a program and its subcommand. `git -C lib push --force` is `git push --force` to a rule, and what git is
 * told to run in such a place is a command of its own.
 */

/** The same command as rules name it: without the options before its subcommand; `null` where there are none. */
export const withoutLeadingOptions = ([name = "", ...args]: readonly string[]): readonly string[] | null => {
  const values = VALUES_BY_PROGRAM.get(name)
  if (values === undefined) return null
  let index = 0
  while (/^[-+]./.test(args[index] ?? "")) index += values.has(args[index] as string) ? 2 : 1
  return index === 0 || index >= args.length ? null : [name, ...args.slice(index)]
}

const valuesOf = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** Programs with subcommands, and which of their leading options take the next word. */
const VALUES_BY_PROGRAM: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["git", valuesOf("-C -c --git-dir --work-tree --namespace --super-prefix --config-env --attr-source")],
  ["npm", valuesOf("-C --prefix -w --workspace --userconfig --globalconfig --cache --registry --loglevel --script-shell")],
  ["pnpm", valuesOf("-C --dir -F --filter --config --registry --loglevel")],
  ["yarn", valuesOf("--cwd --registry")],
  ["bun", valuesOf("--cwd -c --config")],
  ["docker", valuesOf("-c --context -H --host --config -l --log-level --tlscacert --tlscert --tlskey")],
  ["podman", valuesOf("-c --connection --root --runroot --url --identity --log-level --storage-driver")],
  ["kubectl", valuesOf("-n --namespace --context --cluster --kubeconfig -s --server --user --as --as-group --token --cache-dir --request-timeout -v")],
  ["helm", valuesOf("-n --namespace --kube-context --kubeconfig --registry-config --repository-cache")],
  ["cargo", valuesOf("--config -C -Z --color")],
  ["go", valuesOf("-C")],
  ["make", valuesOf("-C --directory -f --file --makefile -I --include-dir -o -W")],
  ["terraform", valuesOf("")],
  ["systemctl", valuesOf("-H --host -M --machine -t --type -p --property --root -n --lines -o --output")],
  ["aws", valuesOf("--profile --region --output --endpoint-url --query --ca-bundle --cli-read-timeout --cli-connect-timeout --color")],
  ["gcloud", valuesOf("--project --account --configuration --format --verbosity --impersonate-service-account")]
])

/** Lines that git is told to run: by a setting that is given with the command, or by a subcommand that runs others. */
export const linesForGit = (args: readonly string[]): readonly string[] => [...settingsGiven(args).flatMap(lineOfSetting), ...linesOfSubcommand(args)]

/** Whether git would run something that its subcommand does not name. */
export const gitRunsOthers = (args: readonly string[]): boolean =>
  settingsGiven(args).length > 0 || leading(args).some((word) => /^--(config-env|exec-path)\b/.test(word)) || linesOfSubcommand(args).length > 0

const leading = (args: readonly string[]): readonly string[] =>
  args.slice(0, args.length - (withoutLeadingOptions(["git", ...args]) ?? ["git", ...args]).length + 1)

/** What `-c` gives and is not known to be harmless: most settings name a program somewhere. */
const settingsGiven = (args: readonly string[]): readonly string[] =>
  leading(args).flatMap((word, index, all) => {
    const setting = word === "-c" ? (all[index + 1] ?? "") : /^-c(.+)$/s.exec(word)?.[1]
    return setting === undefined || HARMLESS_SETTING.test(setting) ? [] : [setting]
  })

const HARMLESS_SETTING =
  /^(user\.(name|email)|color\.[\w.]+|advice\.\w+|core\.(quotepath|autocrlf|eol|abbrev|filemode|ignorecase)|init\.defaultbranch|diff\.(renames|noprefix|mnemonicprefix|algorithm|context)|log\.(date|decorate)|merge\.(conflictstyle|ff)|pull\.(rebase|ff)|push\.default|gc\.auto|status\.\w+|column\.\w+)(=|$)|^(commit|tag)\.gpgsign=false$/i

/** An alias is a subcommand of git, or behind `!` a line of its own; the value of any other may be a line. */
const lineOfSetting = (setting: string): readonly string[] => {
  const [key = "", ...rest] = setting.split("=")
  const value = rest.join("=")
  if (value === "") return []
  return /^alias\./i.test(key) && !value.startsWith("!") ? [`git ${value}`] : [value.replace(/^!/, "")]
}

const linesOfSubcommand = (args: readonly string[]): readonly string[] => {
  const [, subcommand = "", ...rest] = withoutLeadingOptions(["git", ...args]) ?? ["git", ...args]
  if (subcommand === "bisect") return rest[0] === "run" ? [rest.slice(1).join(" ")] : []
  if (subcommand === "submodule")
    return rest.includes("foreach")
      ? [
          rest
            .slice(rest.indexOf("foreach") + 1)
            .filter((word) => word !== "--recursive")
            .join(" ")
        ]
      : []
  const option = RUNNING_OPTIONS.get(subcommand)
  return option === undefined ? [] : rest.flatMap((word, index) => {
    const found = option.exec(word)
    return found === null ? [] : [found[1] ?? rest[index + 1] ?? ""]
  })
}

/** Options whose value is a program or a line, also shortened as git lets them be, with the value behind them or in the next word. */
const RUNNING_OPTIONS: ReadonlyMap<string, RegExp> = new Map([
  ["rebase", /^(?:--exe?c?|-[a-z]*x)(?:=?(.+))?$/s],
  ["filter-branch", /^--\w+-filter$/],
  ["difftool", /^(?:--extc?m?d?|-x)(?:=?(.+))?$/s],
  ["grep", /^(?:--open[\w-]*=|-O)(.+)$/s],
  ["clone", /^(?:--up[\w-]*|-u|--config|-c)(?:=?(.+))?$/s],
  ["fetch", /^--uploa[\w-]*(?:=(.+))?$/s],
  ["pull", /^--uploa[\w-]*(?:=(.+))?$/s],
  ["ls-remote", /^--(?:up[\w-]*|exec)(?:=(.+))?$/s],
  ["archive", /^--exec(?:=(.+))?$/s],
  ["push", /^--(?:rec[\w-]*p[\w-]*|exec?)(?:=(.+))?$/s]
])
