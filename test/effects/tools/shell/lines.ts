import fc from "fast-check"

/*
 * Lines for real shells: programs that only write down how they were called, put together in every way that vetting claims to
 * understand, and pieces thrown together at random.
 */

const program = fc.constantFrom("a", "b", "c", "n", "no", "git", "rm", "ls", "cat", "grep")

/** One word, built in the ways that words can be built. */
const word: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("x", "-f", "a.txt", "--", "-", "'a b'", '"a b"', "a\\ b", "'$x'", '"\\$x"', "a'b'\"c\"", "''", '""', "a=b", "1", "%", "@", "+x", "{}", "HEAD@{1}", "^", "'a;b'", '"a;b|c"', "\\;", "\\&", "'#'", "a#b", "]", ",", "a,b", "!x"),
  fc.constantFrom("$x", '"$x"', "${x}", '"$y z"', "$y", "$undefined", '"$@"', "${x:-d}", "${#x}", "$?", "*", "d*", "?", "[d]", "{1..2}", "{p,q}", "~", "a~", "$'\\x61'", '$"q"', '"a$"', "'a\nb'", '"a\nb"')
)

/** The ways to write the name of a program. */
const name = fc.oneof({ weight: 6, arbitrary: program }, { weight: 1, arbitrary: program.chain((each) => fc.constantFrom(`'${each}'`, `"${each}"`, `\\${each}`, `${each}''`, `$'${each}'`, `$x`, `"${each}"`)) })

const blank = fc.constantFrom(" ", " ", " ", "  ", "\t", " \\\n ")

const redirection = fc.constantFrom(">f1", "> f1", ">>f2", "2>f3", "2>&1", ">/dev/null", "2>/dev/null", "< f0", ">|f4", "> 'f 5'", "> d/f6", "&>f7", ">&f8", "<>f9", "> $x", "<<< x", '<<< "$(b)"', "2>&-")

const { statement } = fc.letrec<{ statement: string; simple: string; part: string; substitution: string; piece: string }>((tie) => ({
  substitution: tie("statement").chain((inner) => fc.constantFrom(`$(${inner})`, `"$(${inner})"`, `\`${inner}\``, `"\`${inner}\`"`, `<(${inner})`, `"p $(${inner}) q"`, `$( ${inner} )`, `"\${x:-$(${inner})}"`)),
  piece: fc.oneof({ weight: 8, arbitrary: word }, { weight: 1, arbitrary: tie("substitution") }, { weight: 1, arbitrary: redirection }),
  part: fc.tuple(blank, tie("piece")).map(([gap, piece]) => gap + piece),
  simple: fc.tuple(name, fc.array(tie("part"), { maxLength: 3 })).map(([first, parts]) => first + parts.join("")),
  statement: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: tie("simple") },
    { weight: 3, arbitrary: fc.tuple(tie("statement"), fc.constantFrom(" && ", " || ", "; ", "\n", " | ", " & ", "|", "&&", ";", " |\n", " && \\\n  ", " # x\n", " |& "), tie("statement")).map((each) => each.join("")) },
    { weight: 1, arbitrary: tie("statement").chain((inner) => fc.constantFrom(`(${inner})`, `{ ${inner}; }`, `{\n${inner}\n}`, `! ${inner}`, `((${inner}))`, `(${inner}) > f1`, `{ ${inner}; } 2>f2`, `f() { ${inner}; }; f x`, `f() { ${inner}; }`)) },
    { weight: 1, arbitrary: fc.tuple(tie("statement"), tie("statement")).chain(([one, two]) => fc.constantFrom(`if ${one}; then ${two}; fi`, `if ${one}; then b; else ${two}; fi`, `while ${one}; do ${two}; break; done`, `until ${one}\ndo ${two}; break; done`, `if n; then a; elif ${one}; then ${two}; fi`)) },
    { weight: 1, arbitrary: fc.tuple(tie("piece"), tie("statement")).chain(([each, inner]) => fc.constantFrom(`for i in ${each} z; do ${inner}; done`, `for i in q; do ${inner}; a $i; done`, `case ${each} in x) ${inner};; *) a;; esac`, `case q in ${each}) a;; *) ${inner};; esac`)) },
    { weight: 1, arbitrary: tie("statement").chain((inner) => fc.constantFrom(`[ -n "$x" ] && ${inner}`, `test -f f0 || ${inner}`, `cd d && ${inner}`, `echo "$(${inner})" | a`, `printf '%s' "$(${inner})"`, `true; ${inner}`, `set -e; ${inner}`)) },
    { weight: 1, arbitrary: fc.tuple(tie("statement"), fc.constantFrom("text\n", "it's $5\n", "$(b)\n", "'q\n", "`c`\n", "\tE\n", "a \\\n", "")).chain(([inner, text]) => fc.constantFrom(`cat <<'E'\n${text}E\n${inner}`, `cat <<E\n${text}E\n${inner}`, `cat <<'E' > f1 && b\n${text}E\n${inner}`, `a <<-E | b\n\t${text}\tE\n${inner}`, `a "$(cat <<'E'\n${text}E\n)" x; ${inner}`, `cat <<"E" x; c\n${text}E\n`)) },
    { weight: 1, arbitrary: tie("simple").chain((inner) => fc.constantFrom(`env ${inner}`, `A=1 ${inner}`, `CI=1 NODE_ENV=test ${inner}`, `timeout 5 ${inner}`, `TZ=UTC timeout -k 1 5s ${inner}`, `a | xargs ${inner}`, `command ${inner}`, `eval ${inner}`, `find . -exec ${inner} \\;`, `sh -c '${inner.replaceAll("'", "'\\''")}'`, `nohup ${inner}`, `exec ${inner}`, `x=1; ${inner}`, `A=$(${inner})`)) }
  )
}))

/** Lines of sense. */
export const composedLine: fc.Arbitrary<string> = statement

const SCRAPS = (
  "a b c rm n x 1 2 - -f = == ] [ { } ( ) $( ` ' \" \\ # $ $x ${x} \"$x\" ; ;; & && | || < > >> << <<E <<'E' 2>&1 >f1 ! * ? ~ , .. $' $\" <( >( if then else fi for i in do done while case esac % ^ @ + : $$ $# $@ ${ }"
).split(" ")

/** Pieces thrown together: most are nonsense, and the rest is what nobody thinks of. No functions, which could call themselves. */
export const thrownLine: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...SCRAPS) }, { weight: 1, arbitrary: fc.constantFrom("a", "b", "rm", "c x") }), fc.constantFrom("", " ", " ", " ", "\n", "\t", "\\\n", "\nE\n")), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.flat().join(""))
  .filter((line) => !/\(\s*\)/.test(line.replaceAll("\\\n", "")) && !/:\s*[({]|while|until/.test(line))
