/** What of the process a tool could change for everybody: its folder and its environment. */
export interface ProcessState {
  /** What is not as it was, in words. */
  readonly changes: () => readonly string[]
  readonly putBack: () => void
}

export const lookAtProcess = (): ProcessState => {
  const [folder, environment] = [process.cwd(), { ...process.env }]
  const changedNames = () => [...new Set([...Object.keys(environment), ...Object.keys(process.env)])].filter((name) => environment[name] !== process.env[name])
  return {
    changes: () => [...(process.cwd() === folder ? [] : [`it went to ${process.cwd()}`]), ...changedNames().map((name) => `it changed the variable ${name}`)],
    putBack: () => {
      if (process.cwd() !== folder) process.chdir(folder)
      for (const name of changedNames()) {
        if (environment[name] === undefined) delete process.env[name]
        else process.env[name] = environment[name]
      }
    }
  }
}
