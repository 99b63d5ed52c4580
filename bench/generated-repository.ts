import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/**
 * A repository as large projects are: packages of files in four languages that use each other, a hundred lines each on average.
 * The same number gives the same bytes.
 */
export const generateRepository = (root: string, count: number): void => {
  writeAt(root, ".gitignore", "dist/\n*.log\n")
  for (let number = 0; number < count; number++) {
    const make = MAKERS[number % MAKERS.length] as Maker
    const { path, text } = make(number)
    writeAt(root, path, text)
  }
}

const writeAt = (root: string, path: string, text: string): void => {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

type Maker = (number: number) => { readonly path: string; readonly text: string }

const FILES_IN_PACKAGE = 40

const folderOf = (number: number): string => `packages/package${Math.floor(number / FILES_IN_PACKAGE)}`
/** Some other file of the same language, not far away. */
const otherOf = (number: number, step: number): number => Math.max(number % MAKERS.length, number - MAKERS.length * step)
const parts = (number: number): readonly number[] => Array.from({ length: 4 + (number % 9) }, (_, index) => index)

const script: Maker = (number) => ({
  path: `${folderOf(number)}/src/module${number}.ts`,
  text: [
    ...[1, 2, 5].map((step) => `import { create${otherOf(number, step)}, type Shape${otherOf(number, step)} } from "./module${otherOf(number, step)}.ts"`),
    `/** What module ${number} is about. */`,
    `export interface Shape${number} { readonly width: number; readonly name: string; readonly inner: Shape${otherOf(number, 1)} | null }`,
    `export const LIMIT_${number} = ${number}`,
    ...parts(number).flatMap((part) => [
      `/** Step ${part} of what is done here. */`,
      `export const measure${number}Step${part} = (shape: Shape${number}, factor: number): number => {`,
      `  const size = shape.width * factor + LIMIT_${number}`,
      `  if (size > ${part}) return measure${number}Step${Math.max(0, part - 1)}(shape, factor - 1)`,
      `  return [shape.name.length, size].map((each) => each * ${part}).reduce((sum, each) => sum + each, 0)`,
      "}",
      ""
    ]),
    `export const create${number} = (name: string): Shape${number} => ({ width: LIMIT_${number}, name, inner: create${otherOf(number, 2)}(name) as never })`,
    `export class Keeper${number} {`,
    `  private readonly held: Shape${number}[] = []`,
    `  add(shape: Shape${number}): void { this.held.push(shape) }`,
    `  total(): number { return this.held.map((shape) => measure${number}Step0(shape, 2)).length }`,
    "}",
    ""
  ].join("\n")
})

const python: Maker = (number) => ({
  path: `${folderOf(number)}/tools/task_${number}.py`,
  text: [
    ...[1, 3].map((step) => `from .task_${otherOf(number, step)} import Task${otherOf(number, step)}, run_${otherOf(number, step)}`),
    "",
    `LIMIT_${number} = ${number}`,
    "",
    `class Task${number}(Task${otherOf(number, 1)}):`,
    `    """Task ${number}."""`,
    ...parts(number).flatMap((part) => [
      `    def step_${part}(self, value, *, factor=${part}):`,
      `        total = value * factor + LIMIT_${number}`,
      `        for each in range(total):`,
      `            total += self.step_${Math.max(0, part - 1)}(each) if each > 2 else each`,
      `        return total`,
      ""
    ]),
    `def run_${number}(name):`,
    `    return Task${number}().step_0(len(name)) + run_${otherOf(number, 3)}(name)`,
    ""
  ].join("\n")
})

const go: Maker = (number) => ({
  path: `${folderOf(number)}/service/service${number}.go`,
  text: [
    "package service",
    "",
    'import (\n\t"fmt"\n\t"strings"\n)',
    "",
    `// Service${number} serves.`,
    `type Service${number} struct {\n\tName string\n\tNext *Service${otherOf(number, 1)}\n}`,
    "",
    ...parts(number).flatMap((part) => [
      `func (s *Service${number}) Handle${part}(input string) (string, error) {`,
      `\tif strings.Contains(input, "${part}") {\n\t\treturn fmt.Sprintf("%s %d", s.Name, ${part}), nil\n\t}`,
      `\treturn s.Handle${Math.max(0, part - 1)}(input)`,
      "}",
      ""
    ]),
    `func NewService${number}(name string) *Service${number} {\n\treturn &Service${number}{Name: name, Next: NewService${otherOf(number, 2)}(name)}\n}`,
    ""
  ].join("\n")
})

const java: Maker = (number) => ({
  path: `${folderOf(number)}/src/main/java/org/example/part${number}/Part${number}.java`,
  text: [
    `package org.example.part${number};`,
    "",
    "import java.util.List;",
    `import org.example.part${otherOf(number, 1)}.Part${otherOf(number, 1)};`,
    "",
    `public final class Part${number} extends Part${otherOf(number, 1)} {`,
    `  private static final int LIMIT = ${number};`,
    ...parts(number).flatMap((part) => [
      "  /** What it does. */",
      `  public int compute${part}(List<String> names, int factor) {`,
      `    int total = LIMIT * factor;`,
      `    for (String name : names) total += name.length() + compute${Math.max(0, part - 1)}(names, factor - 1);`,
      "    return total;",
      "  }",
      ""
    ]),
    "}",
    ""
  ].join("\n")
})

const MAKERS: readonly Maker[] = [script, python, script, go, script, java]
