import type { Tongue } from "../tongue.ts"

export const bash: Tongue = {
  comments: "hashes",
  patterns: `
(function_definition name: (_) @name body: (_) @body) @function
(variable_assignment name: (variable_name) @name) @variable
(declaration_command (variable_name) @name) @variable

(command name: (command_name) @_call . argument: (_) (#any-of? @_call "source" ".")) @import

(for_statement variable: (variable_name) @binding)
(command_name (word) @reference)
(variable_name) @reference
`,
  importsIn: (statement) => {
    const said = /^(?:source|\.)\s+(.+)$/s.exec(statement)?.[1]?.trim()
    // What stands before the last variable or substitution nobody knows; what follows it is a path from somewhere near.
    const specifier = said?.replaceAll(/["']/g, "").replace(/^.*(?:\)|\}|\$\w+)(?=\/)/, ".")
    return specifier === undefined || /[$`()]/.test(specifier) ? [] : [{ specifier, names: [] }]
  },
  isExported: ({ signature }) => (/^local\b/.test(signature) ? false : null)
}
