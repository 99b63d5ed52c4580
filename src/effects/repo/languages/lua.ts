import { quoted, type Tongue } from "../tongue.ts"

export const lua: Tongue = {
  comments: "dashes",
  patterns: `
(function_declaration name: (identifier) @name body: (_)? @body) @function
(function_declaration name: (dot_index_expression table: (_) @owner field: (identifier) @name)) @function
(function_declaration name: (method_index_expression table: (_) @owner method: (identifier) @name)) @function
(assignment_statement (variable_list name: (dot_index_expression table: (_) @owner field: (identifier) @name)) (expression_list value: (function_definition))) @function
(assignment_statement (variable_list name: (identifier) @name) (expression_list value: (function_definition))) @function
(assignment_statement (variable_list name: (identifier) @name)) @variable
(variable_declaration (variable_list name: (identifier) @name)) @variable
(function_definition) @inside

(function_call name: (identifier) @_call arguments: (arguments) (#any-of? @_call "require" "dofile" "loadfile")) @import

(parameters name: (identifier) @binding)
(for_generic_clause (variable_list name: (identifier) @binding))
(for_numeric_clause name: (identifier) @binding)
(field name: (identifier) @skip)
(dot_index_expression field: (identifier) @member)
(method_index_expression method: (identifier) @member)
(identifier) @reference
`,
  importsIn: (statement) => {
    const specifier = quoted(statement)
    return specifier === null ? [] : [{ specifier, names: [] }]
  },
  isExported: ({ signature }) => !/^local\b/.test(signature)
}
