import type { Tongue } from "../tongue.ts"

export const swift: Tongue = {
  patterns: `
(class_declaration declaration_kind: "class" name: (_) @name body: (_) @body) @class
(class_declaration declaration_kind: "actor" name: (_) @name body: (_) @body) @class
(class_declaration declaration_kind: "struct" name: (_) @name body: (_) @body) @struct
(class_declaration declaration_kind: "enum" name: (_) @name body: (_) @body) @enum
(class_declaration declaration_kind: "extension" name: (_) @name) @scope
(protocol_declaration name: (_) @name body: (_) @body) @trait
(function_declaration name: (simple_identifier) @name body: (_)? @body) @function
(protocol_function_declaration name: (simple_identifier) @name) @method
(init_declaration name: _ @name body: (_)? @body) @method
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @variable
(typealias_declaration name: (type_identifier) @name) @type
(associatedtype_declaration name: (_) @name) @type
(lambda_literal) @inside
(computed_property) @inside
(deinit_declaration) @inside
(subscript_declaration) @inside

(import_declaration) @import

(parameter name: (simple_identifier) @binding)
(parameter external_name: (simple_identifier) @skip)
(lambda_parameter name: (simple_identifier) @binding)
(for_statement item: (pattern bound_identifier: (simple_identifier) @binding))
(type_parameter (type_identifier) @binding)
(enum_entry name: (simple_identifier) @skip)
(value_argument_label (simple_identifier) @skip)
(navigation_suffix suffix: (simple_identifier) @member)
(type_identifier) @reference
(simple_identifier) @reference
`,
  importsIn: (statement) => {
    const path = /\bimport\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?([\w.]+)/.exec(statement)?.[1]
    return path === undefined ? [] : [{ specifier: path, names: path.includes(".") ? [path.split(".").at(-1) as string] : [] }]
  },
  isExported: ({ signature }) => !/\b(?:private|fileprivate)\b(?!\()/.test(signature.replace(/[{=].*/, ""))
}
