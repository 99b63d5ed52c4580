import { namesIn, type Imported, type Tongue } from "../tongue.ts"

export const python: Tongue = {
  comments: "hashes",
  patterns: `
(class_definition name: (_) @name body: (_) @body) @class
(function_definition name: (_) @name body: (_) @body) @function
(assignment left: (identifier) @name right: (lambda body: (_) @body)) @function
(class_definition body: (block (expression_statement (assignment left: (identifier) @name) @field)))
(assignment left: (identifier) @name) @variable
(type_alias_statement left: (type [(identifier) @name (generic_type . (identifier) @name)])) @type
(lambda) @inside

(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import

(attribute attribute: (identifier) @member)
(identifier) @reference
(keyword_argument name: (identifier) @skip)
(parameters (identifier) @binding)
(lambda_parameters (identifier) @binding)
(default_parameter name: (identifier) @binding)
(typed_parameter . (identifier) @binding)
(typed_default_parameter name: (identifier) @binding)
(list_splat_pattern (identifier) @binding)
(dictionary_splat_pattern (identifier) @binding)
(for_statement left: (identifier) @binding)
(for_in_clause left: (identifier) @binding)
(for_statement left: (pattern_list (identifier) @binding))
(for_in_clause left: (pattern_list (identifier) @binding))
(as_pattern_target (identifier) @binding)
`,
  importsIn: (statement) => {
    const text = statement.replaceAll(/#.*/g, "").replaceAll("\\\n", " ")
    const from = /^from\s+([.\s]*[\w.]*)\s+import\s+\(?([^)]*)\)?$/s.exec(text.trim())
    if (from !== null) return [{ specifier: (from[1] as string).replaceAll(/\s/g, ""), ...namesIn(from[2] as string) }]
    return namesIn(text.replace(/^import\s+/, "")).names.map((specifier): Imported => ({ specifier, names: [] }))
  },
  // Two underscores on both sides are Python's own names for what everybody may use.
  isExported: ({ name }) => !name.startsWith("_") || /^__\w+__$/.test(name)
}
