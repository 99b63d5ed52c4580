import { spawnSync } from "node:child_process"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { CommandFact } from "../../../../src/machine/event.ts"
import { folder } from "../../os/folder.ts"
import { grammarAtHand } from "../../../../src/effects/os/grammar.ts"
import { lineFacts, prepareLine } from "../../../../src/effects/tools/shell/line.ts"
import { commandText, plainCommands } from "../../../../src/effects/tools/shell/words.ts"

/** What is known of a line without the grammar. */
const parseCommands = (line: string): readonly CommandFact[] | "unparsed" => (plainCommands(line) === null ? "unparsed" : lineFacts(line).commands)

/** What is known of a line: `?` where it could not be told apart, else its commands, each marked `r` where it only reads. */
const told = (line: string): string => {
  const commands = parseCommands(line)
  return commands === "unparsed" ? "?" : commands.map(({ text, reads }) => `${reads ? "r" : "w"}:${text}`).join(" | ")
}

test.each([
  // commands that only read
  ["ls", "r:ls"],
  ["ls -la src", "r:ls -la src"],
  ["  ls   -l  ", "r:ls -l"],
  ["cat größe.txt", "r:cat größe.txt"],
  ["cat 'a b.txt'", "r:cat 'a b.txt'"],
  ['cat "a b.txt"', "r:cat 'a b.txt'"],
  ["cat a\"b\"'c'", "r:cat abc"],
  ["'cat' x", "r:cat x"],
  ["echo ''", "r:echo ''"],
  ["git status && ls", "r:git status | r:ls"],
  ["git diff --stat HEAD~1", "r:git diff --stat HEAD~1"],
  ["git log --oneline -5 main..HEAD", "r:git log --oneline -5 main..HEAD"],
  ["git show HEAD^ --name-only", "r:git show HEAD^ --name-only"],
  ["git --no-pager diff", "r:git --no-pager diff"],
  ["git branch -a", "r:git branch -a"],
  ["git stash list", "r:git stash list"],
  ["git rev-parse --show-toplevel", "r:git rev-parse --show-toplevel"],
  ["cat a.txt | head -5 | wc -l", "r:cat a.txt | r:head -5 | r:wc -l"],
  ["test -f x && echo yes || echo no", "r:test -f x | r:echo yes | r:echo no"],
  ["pwd; ls;", "r:pwd | r:ls"],
  ["cd src && ls", "r:cd src | r:ls"],
  ["grep -rn 'needle.*' src", "r:grep -rn 'needle.*' src"],
  ["rg -n needle src", "r:rg -n needle src"],
  ["find . -name '*.ts' -type f", "r:find . -name '*.ts' -type f"],
  ["find . -mtime -1 -maxdepth 2", "r:find . -mtime -1 -maxdepth 2"],
  ["sed -n 10,20p a.txt", "r:sed -n 10,20p a.txt"],
  ["sort -u -k2,3 a.txt", "r:sort -u -k2,3 a.txt"],
  ["uniq -c", "r:uniq -c"],
  ["date +%F", "r:date +%F"],
  ["base64 -d a.txt", "r:base64 -d a.txt"],
  ["diff -u a b", "r:diff -u a b"],
  ["node --version", "r:node --version"],
  ["wc -l a=b", "r:wc -l a=b"],
  // commands that may change something
  ["rm -rf build", "w:rm -rf build"],
  ["npm test", "w:npm test"],
  ["node -e 'process.exit(1)'", "w:node -e 'process.exit(1)'"],
  ["ls && rm x", "r:ls | w:rm x"],
  ["./ls", "w:./ls"],
  ["/bin/ls", "w:/bin/ls"],
  ["git push", "w:git push"],
  ["git commit -m 'a b'", "w:git commit -m 'a b'"],
  ["git branch new", "w:git branch new"],
  ["git -C /elsewhere status", "w:git -C /elsewhere status"],
  ["git -c core.fsmonitor=evil status", "?"],
  ["git -c color.ui=never status", "w:git -c color.ui=never status"],
  ["git diff --output=x", "w:git diff --output=x"],
  ["git diff --outpu=x", "w:git diff --outpu=x"],
  ["git diff --ext-diff", "w:git diff --ext-diff"],
  ["git log --textconv -p", "w:git log --textconv -p"],
  ["git log --format=%GS", "w:git log --format=%GS"],
  ["git show --show-signature", "w:git show --show-signature"],
  ["git diff --no-index /etc/passwd a", "w:git diff --no-index /etc/passwd a"],
  ["git diff -S -- --output=x", "w:git diff -S -- --output=x"],
  ["cd vendor && git status", "r:cd vendor | w:git status"],
  ["find . -delete", "w:find . -delete"],
  ["find . -name x -exec rm y", "?"],
  ["find . -fprint out", "w:find . -fprint out"],
  ["find . -okdir ls", "?"],
  ["sort -o out in", "w:sort -o out in"],
  ["sort -uo out in", "w:sort -uo out in"],
  ["sort in -o out", "w:sort in -o out"],
  ["sort --output=out in", "w:sort --output=out in"],
  ["sort --outp=out in", "w:sort --outp=out in"],
  ["sort --compress-program=sh in", "w:sort --compress-program=sh in"],
  ["sort -t -- -o out", "w:sort -t -- -o out"],
  ["uniq in out", "w:uniq in out"],
  ["sed -i s/a/b/ x", "w:sed -i s/a/b/ x"],
  ["sed -n 1p -i x", "w:sed -n 1p -i x"],
  ["sed -n '1w out' x", "w:sed -n '1w out' x"],
  ["sed -n 1e x", "w:sed -n 1e x"],
  ["rg --pre sh needle", "w:rg --pre sh needle"],
  ["rg --pre=sh needle", "w:rg --pre=sh needle"],
  ["rg -z needle", "w:rg -z needle"],
  ["rg --hostname-bin=sh x", "w:rg --hostname-bin=sh x"],
  ["tree -o out", "w:tree -o out"],
  ["date -s 2020-01-01", "w:date -s 2020-01-01"],
  ["date 01010000", "w:date 01010000"],
  ["diff --paginate a b", "w:diff --paginate a b"],
  ["file -C -m x", "w:file -C -m x"],
  ["tee out", "w:tee out"],
  ["base64 -o out in", "w:base64 -o out in"],
  ["awk -f x", "w:awk -f x"],
  ["test -v 'a[$(touch x)]'", "?"],
  ["test 'a[$(touch x)]' -eq 1", "w:test 'a[$(touch x)]' -eq 1"],
  ["python3 -c 'print(1)'", "w:python3 -c 'print(1)'"],
  // what is not told apart but asked
  ["", "?"],
  ["   ", "?"],
  ["echo $HOME", "?"],
  ["echo ${HOME}", "?"],
  ['echo "$HOME"', "?"],
  ["echo $(id)", "?"],
  ["echo `id`", "?"],
  ['echo "`id`"', "?"],
  ["echo $((1+1))", "?"],
  ["ls > out", "?"],
  ["ls >> out", "?"],
  ["ls 2>&1", "?"],
  ["cat < in", "?"],
  ["cat <<EOF", "?"],
  ["cat <(ls)", "?"],
  ["ls & rm x", "?"],
  ["ls &", "?"],
  ["ls |& cat", "?"],
  ["ls &&& cat", "?"],
  ["(ls)", "?"],
  ["{ ls; }", "?"],
  ["! ls", "?"],
  ["ls\nrm x", "?"],
  ["ls\rrm x", "?"],
  ["ls\trm", "?"],
  ["echo 'a\nb'", "?"],
  ["echo \u001b[31m", "?"],
  ["echo 'a\u0000b'", "?"],
  ["echo 'a\u202Eb'", "?"],
  ["echo 'a\u200Bb'", "?"],
  ["echo '\ud800'", "?"],
  ["ls\u00a0-la", "?"],
  ["ls \u00a0", "?"],
  ["ls *.ts", "?"],
  ["ls ?", "?"],
  ["ls [ab]", "?"],
  ["l* x", "?"],
  ["echo {a,b}", "?"],
  ["ls ~", "?"],
  ["ls ~/x", "?"],
  ["ls ~root", "?"],
  ["make PREFIX=~/x", "?"],
  ["x=1 ls", "?"],
  ["PATH=/evil ls", "?"],
  ["ls # comment", "?"],
  ["echo a\\ b", "?"],
  ['echo "a\\"b"', "?"],
  ['echo "a!b"', "?"],
  ["echo 'open", "?"],
  ['echo "open', "?"],
  ["&& ls", "?"],
  ["ls &&", "?"],
  ["ls |", "?"],
  ["ls ;; ls", "?"],
  ["; ls", "?"],
  ["ls || || ls", "?"],
  ["if true; then rm x; fi", "?"],
  ["for f in a b; do rm x; done", "?"],
  ["while true; do ls; done", "?"],
  ["eval 'rm x'", "?"],
  ["exec rm x", "?"],
  [". ./script", "?"],
  ["source script", "?"],
  ["command rm x", "?"],
  ["alias ls=rm", "?"],
  ["export PATH=/evil", "?"],
  ["trap 'rm x' EXIT", "?"],
  ["sh -c 'rm x'", "?"],
  ["/bin/bash script", "?"],
  ["'sh' -c 'rm x'", "?"],
  ["env rm x", "?"],
  ["/usr/bin/env rm x", "?"],
  ["sudo rm x", "?"],
  ["xargs rm", "?"],
  ["ls | xargs rm", "?"],
  ["time rm x", "?"],
  ["nohup rm x", "?"],
  ["timeout 5 rm x", "?"],
  ["nice rm x", "?"],
  ["setsid rm x", "?"],
  ["watch ls", "?"],
  ["ssh host ls", "?"],
  ["-x", "?"],
  ["'' x", "?"]
] as readonly (readonly [string, string])[])("%j", (line, expected) => {
  expect(told(line)).toBe(expected)
})

const here = folder()
const shells = ["sh", "bash", "dash"].filter((name) => spawnSync(name, ["-c", "true"]).status === 0)

test("law: what is told apart as one command is exactly what real shells run, word for word", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "ä",
    " ",
    "  ",
    "'",
    '"',
    "~",
    "=",
    ":",
    ";",
    "|",
    "&",
    "$",
    "`",
    "\\",
    "*",
    "?",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    "#",
    "!",
    "^",
    "%",
    "-",
    "/",
    ".",
    ",",
    "\n",
    "\t",
    "'x y'",
    '"x y"'
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...shells), (pieces, shell) => {
      const line = `printf '<%s>' a ${pieces.join("")}`
      const parsed = parseCommands(line)
      fc.pre(parsed !== "unparsed" && parsed.length === 1)
      const said = spawnSync(shell, ["-c", line], { encoding: "utf8", cwd: here.root })
      const again = spawnSync(shell, ["-c", (parsed as readonly CommandFact[])[0]?.text ?? ""], { encoding: "utf8", cwd: here.root })
      expect([said.stderr, said.status, again.stdout]).toEqual(["", 0, said.stdout])
    }),
    { numRuns: 150, maxSkipsPerRun: 1_000 }
  )
})

test("law: words written as a command are read as those words, by this parser and by a real shell", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "ö", " ", "'", '"', "~", "=", "$", "`", "\\", "*", ";", "|", "-", "\n"), maxLength: 6 })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), fc.constantFrom(...shells), (words, shell) => {
      const text = commandText(["printf", "<%s>", ...words])
      expect(spawnSync(shell, ["-c", text], { encoding: "utf8", cwd: here.root }).stdout).toBe(words.map((each) => `<${each}>`).join(""))
      const parsed = parseCommands(text)
      if (parsed !== "unparsed") expect(parsed.map((fact) => fact.text)).toEqual([text])
    }),
    { numRuns: 100 }
  )
})

test("plain lines need no grammar; without it, whatever is not plain is left unparsed, never guessed", async () => {
  for (const line of ["ls", "git status && cat 'a b' | head", "rm x; make"]) await prepareLine(line)
  expect(grammarAtHand("bash")).toBeNull()
  expect(["ls > out", "(ls)", "sudo ls", "echo $x"].map((line) => lineFacts(line))).toEqual(Array(4).fill({ commands: "unparsed", seen: [], opened: [], moves: true, words: [] }))
})

test("two commands never read the same", () => {
  expect(commandText(["find", "a -delete"])).toBe("find 'a -delete'")
  expect(commandText(["find", "a", "-delete"])).toBe("find a -delete")
  expect(commandText(["echo", "it's", "", "a;b"])).toBe("echo 'it'\\''s' '' 'a;b'")
})
