import type { Reporter, TestCase, TestModule } from "vitest/node"

/** Closes the run with the line that the check of a landing reads. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: ReturnType<TestCase["result"]>["state"]): number => cases.filter((test) => test.result().state === state).length
    const brokenModules = modules.filter((module) => module.errors().length > 0).length
    const skipped = count("skipped")
    console.log(`${count("passed")} passed, ${count("failed") + brokenModules + errors.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`)
  }
}
