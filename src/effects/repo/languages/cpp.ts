import { C_PATTERNS, includesIn } from "./c.ts"
import type { Tongue } from "../tongue.ts"

/** A method is named in its class, or outside of it with the class in front. */
const METHODS = ["", "(pointer_declarator declarator: ", "(reference_declarator "]
  .flatMap((open) =>
    ["[(field_identifier) (destructor_name) (operator_name)] @name", "(qualified_identifier scope: (_) @owner name: [(identifier) (destructor_name) (operator_name)] @name)",
      "(qualified_identifier scope: (_) @owner name: (qualified_identifier scope: (_) @owner name: [(identifier) (destructor_name) (operator_name)] @name))",
      "(qualified_identifier scope: (_) @owner name: (qualified_identifier scope: (_) @owner name: (qualified_identifier scope: (_) @owner name: [(identifier) (destructor_name) (operator_name)] @name)))"].flatMap((name) =>
      [["function_definition", "body: (_)? @body"], ["field_declaration", ""], ["declaration", ""]].map(
        ([kind, body]) => `(${kind} declarator: ${open}(function_declarator declarator: ${name})${open === "" ? "" : ")"} ${body}) @method`
      )
    )
  )
  .join("\n")

export const cpp: Tongue = {
  patterns: `
(class_specifier name: (_) @name body: (_) @body) @class
(struct_specifier name: (_) @name body: (_) @body) @struct
(union_specifier name: (_) @name body: (_) @body) @union
(enum_specifier name: (_) @name body: (_) @body) @enum
(namespace_definition name: (_) @name body: (_) @body) @module
(concept_definition name: (_) @name) @type
(alias_declaration name: (_) @name) @type
(class_specifier body: (field_declaration_list (function_definition declarator: (function_declarator declarator: (identifier) @name) body: (_) @body) @method))
${METHODS}
${C_PATTERNS}
(function_definition declarator: (reference_declarator (function_declarator declarator: (identifier) @name)) body: (_) @body) @function
(lambda_expression) @inside
(namespace_identifier) @reference
(template_parameter_list (type_parameter_declaration (type_identifier) @binding))
(for_range_loop declarator: (identifier) @binding)
(field_identifier) @member
`,
  importsIn: includesIn,
  isExported: ({ signature, kind, scope }) =>
    scope === null && /^(?:inline\s+)?static\b/.test(signature)
      ? false
      : scope === null && (kind === "function" || kind === "variable")
        ? true
        : null
}
