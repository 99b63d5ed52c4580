import { gitOnlyReads } from "../git/options.ts"

/**
 * Whether a command is known to only read, whatever its arguments say. A command that is not in the table, or has an option that
 * is not known to be harmless, may change something.
 */
export const onlyReads = ([command = "", ...args]: readonly string[]): boolean => {
  const judge = JUDGE_BY_COMMAND.get(command)
  return judge !== undefined && judge(args)
}

/** Whether a command only reads although its arguments are not known. */
export const readsWhateverFollows = (command: string): boolean => JUDGE_BY_COMMAND.get(command) === always

type Judge = (args: readonly string[]) => boolean

const always: Judge = () => true

/** Only options of this form, behind `--` too: what a program takes for an option's value it need not take for the end of options. */
const options =
  (allowed: RegExp): Judge =>
  (args) =>
    args.every((word) => !word.startsWith("-") || word === "-" || allowed.test(word))

/** What cannot write, whatever it is told: programs that have no option for it. */
const HARMLESS =
  "ls cat head tail wc pwd echo true false : basename dirname realpath readlink stat du df cut tr tac rev nl paste fold expand comm cmp join " +
  "exit break continue return set md5sum sha1sum sha256sum sha512sum cksum od hexdump strings which whoami id groups uname nproc arch printenv seq sleep grep egrep fgrep jq cd type"

const judgeSed: Judge = (args) => args[0] === "-n" && /^\d+(,(\d+|\$))?p$/.test(args[1] ?? "") && args.slice(2).every((word) => !word.startsWith("-"))

const judgeFind: Judge = (args) =>
  args.every((word) => !/^[-(!]/.test(word) || FIND_TESTS.has(word) || /^-\d+$/.test(word))

const FIND_TESTS: ReadonlySet<string> = new Set(
  (
    "( ) ! -name -iname -path -ipath -wholename -regex -iregex -type -size -empty -maxdepth -mindepth -depth -prune -not -o -or -a -and -print -print0 " +
    "-mtime -mmin -newer -ctime -cmin -perm -user -group -xdev -mount -readable -writable -executable"
  ).split(" ")
)

/** The second operand of `uniq` is a file that it writes. */
const judgeUniq: Judge = (args) => options(/^-[cdiuz]+$/)(args) && args.filter((word) => !word.startsWith("-")).length <= 1

/** Some shells evaluate what looks like the index of an array. */
const judgeTest: Judge = (args) => !args.some((word) => /[[$`]/.test(word))

const JUDGE_BY_COMMAND: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ...HARMLESS.split(" ").map((command): [string, Judge] => [command, always]),
  ["git", gitOnlyReads],
  // Options that run other programs on the files, or on the name of this machine.
  ["rg", (args) => !args.some((word) => /^--(pre|hostname-bin|search-zip)|^-[A-Za-z0-9]*z/.test(word))],
  ["test", judgeTest],
  ["[", (args) => judgeTest(args.slice(0, -1))],
  ["printf", (args) => !(args[0] ?? "").startsWith("-")],
  ["find", judgeFind],
  ["sed", judgeSed],
  ["uniq", judgeUniq],
  ["sort", options(/^-([bdfgiMhnRrVsucmz]+|k[0-9.,bdfgiMhnRrV]*|t.?)$/)],
  ["diff", options(/^-([abBdEiNpqrstuwyZcU]+[0-9]*|-unified(=\d+)?|-brief|-recursive|-side-by-side|-color=never|-ignore-all-space)$/)],
  ["date", (args) => args.every((word) => /^(\+.*|-u|--utc|-R|-I\w*|--iso-8601(=\w+)?)$/s.test(word))],
  ["tree", options(/^-([adfghiLprsuCDFPI]+|-noreport|-dirsfirst|-gitignore)$/)],
  ["file", options(/^-([bhiLk]+|-brief|-mime|-mime-type)$/)],
  // Some systems give it an option for a file to write.
  ["base64", options(/^-([dDiw]|w\d+|-decode|-wrap=\d+)$/)],
  ["ps", always],
  ["node", (args) => args.length === 1 && /^(-v|--version)$/.test(args[0] ?? "")],
  ["npm", (args) => args.length === 1 && /^(-v|--version)$/.test(args[0] ?? "")],
  ["python3", (args) => args.length === 1 && /^(-V|--version)$/.test(args[0] ?? "")]
])
