import type { Word } from "./word.ts"

/*
 * What may stand before a command without changing which one it is: a variable that only tunes it, and `timeout`. Everything else
 * before a command may change what its words mean, and is not told apart.
 */

/** Whether an assignment in front of a command, as it stands in the line, changes neither which programs run nor what they work on. */
export const isHarmlessAssignment = (text: string): boolean => {
  const [, name = "", value = ""] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? []
  return HARMLESS_VALUES.some(([names, values]) => names.test(name) && values.test(value))
}

/**
 * Names and the values that they may have. An environment is one to test or to develop in: `production` could make an allowed command
 * work on what it was not allowed for.
 */
const HARMLESS_VALUES: readonly (readonly [names: RegExp, values: RegExp])[] = [
  [/^(NODE|RAILS|RACK|MIX|APP|FLASK|BABEL)_ENV$/, /^(test|testing|dev|development|ci)$/],
  [
    /^(CI|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|VERBOSE|DEBUG|RUST_BACKTRACE|CGO_ENABLED|NODE_NO_WARNINGS|DO_NOT_TRACK)$/,
    /^(|[0-3]|true|false|full)$/
  ],
  [/^PYTHON(UNBUFFERED|DONTWRITEBYTECODE|UTF8)$/, /^[01]?$/],
  [/^(LANG|LANGUAGE|LC_[A-Z]+)$/, /^[A-Za-z]+(_[A-Za-z]+)?([.@][A-Za-z0-9-]+)*$/],
  [/^TZ$/, /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/],
  [/^(DEBUG|RUST_LOG|LOG_LEVEL)$/, /^[A-Za-z][\w:,-]*$/],
  [/^(COLUMNS|LINES)$/, /^\d{1,4}$/],
  [/^TERM$/, /^(dumb|xterm|xterm-256color)$/]
]

/** The command that `timeout` runs, where all before it is plain to see; else the words as they are. */
export const behindTimeout = (words: readonly Word[]): readonly Word[] => {
  if (words[0]?.value !== "timeout") return words
  let index = 1
  for (let length = optionLength(words, index); length > 0; length = optionLength(words, index)) index += length
  const [duration, program] = [words[index]?.value ?? "", words[index + 1]?.value ?? ""]
  return DURATION.test(duration) && /^[^-]/.test(program) ? words.slice(index + 1) : words
}

const DURATION = /^\d+(\.\d+)?[smhd]?$/
const SIGNAL = /^([A-Z]+\d?|\d{1,2})$/

/** How many words an option of `timeout` takes; 0 where there is none that is known. */
const optionLength = (words: readonly Word[], index: number): number => {
  const [option, value] = [words[index]?.value ?? "", words[index + 1]?.value ?? ""]
  if (/^(--foreground|--preserve-status|-v|--verbose)$/.test(option)) return 1
  if (/^(-k|--kill-after)$/.test(option)) return DURATION.test(value) ? 2 : 0
  if (/^(-s|--signal)$/.test(option)) return SIGNAL.test(value) ? 2 : 0
  const [, name, joined = ""] = /^(-k|--kill-after=|-s|--signal=)(.+)$/.exec(option) ?? []
  return name !== undefined && (name.includes("k") ? DURATION : SIGNAL).test(joined) ? 1 : 0
}
