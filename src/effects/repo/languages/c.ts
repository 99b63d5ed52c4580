import type { Imported, Tongue } from "../tongue.ts"

/** Names stand deep in declarators: behind stars, in parentheses, before brackets. */
const DECLARED = (name: string, kind: string): string =>
  ["", "(pointer_declarator ", "(pointer_declarator (pointer_declarator "]
    .map(
      (open) =>
        `(${kind} declarator: ${open === "" ? "" : open.replaceAll("declarator (", "declarator declarator: (").replace(/ $/, " declarator: ")}${name}${")".repeat(open.split("(").length - 1)}`
    )
    .join("\n")

export const C_PATTERNS = `
${DECLARED("(function_declarator declarator: (identifier) @name)", "function_definition").replaceAll(/(\(function_definition .*)/g, "$1 body: (_) @body) @function")}
${DECLARED("(function_declarator declarator: (identifier) @name)", "declaration").replaceAll(/(\(declaration .*)/g, "$1) @function")}
(declaration declarator: (identifier) @name) @variable
(declaration declarator: (init_declarator declarator: (identifier) @name)) @variable
(declaration declarator: (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))) @variable
(declaration declarator: (init_declarator declarator: (array_declarator declarator: (identifier) @name))) @variable
(declaration declarator: (pointer_declarator declarator: (identifier) @name)) @variable
(declaration declarator: (array_declarator declarator: (identifier) @name)) @variable
(type_definition declarator: (type_identifier) @name) @type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @type
(preproc_def name: (_) @name) @constant
(preproc_function_def name: (_) @name) @macro

(preproc_include) @import

(parameter_declaration declarator: (identifier) @binding)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @binding))
(parameter_declaration declarator: (array_declarator declarator: (identifier) @binding))
(preproc_params (identifier) @binding)
(enumerator name: (identifier) @skip)
(field_declaration declarator: (field_identifier) @skip)
(field_declaration declarator: (pointer_declarator declarator: (field_identifier) @skip))
(field_declaration declarator: (array_declarator declarator: (field_identifier) @skip))
(field_expression field: (field_identifier) @member)
(type_identifier) @reference
(identifier) @reference
`

/** `<…>` is looked for elsewhere first, which the specifier keeps. */
export const includesIn = (statement: string): readonly Imported[] => {
  const said = /^\s*#\s*(?:include|import)\s*(?:"([^"\n]+)"|(<[^>\n]+>))/.exec(statement)
  return said === null ? [] : [{ specifier: (said[1] ?? said[2]) as string, names: [] }]
}

export const c: Tongue = {
  patterns: `
(struct_specifier name: (_) @name body: (_) @body) @struct
(union_specifier name: (_) @name body: (_) @body) @union
(enum_specifier name: (_) @name body: (_) @body) @enum
${C_PATTERNS}`,
  importsIn: includesIn,
  isExported: ({ signature, kind }) => (/^(?:inline\s+)?static\b/.test(signature) ? false : kind === "function" || kind === "variable" ? true : null)
}
