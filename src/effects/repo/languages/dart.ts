import { namesIn, quoted, type Tongue } from "../tongue.ts"

export const dart: Tongue = {
  patterns: `
(class_definition name: (_) @name body: (_) @body) @class
(mixin_declaration (identifier) @name (class_body) @body) @trait
(extension_declaration name: (_) @name body: (_) @body) @class
(enum_declaration name: (_) @name body: (_) @body) @enum
(type_alias . (type_identifier) @name) @type
((function_signature name: (_) @name) @function . (function_body) @tail @body)
((method_signature (function_signature name: (_) @name)) @method . (function_body) @tail @body)
((method_signature (getter_signature name: (_) @name)) @method . (function_body) @tail @body)
((method_signature (setter_signature name: (_) @name)) @method . (function_body) @tail @body)
(function_signature name: (_) @name) @function
(getter_signature name: (_) @name) @method
(setter_signature name: (_) @name) @method
(constructor_signature name: (_) @name) @method
(factory_constructor_signature (identifier) (identifier) @name) @method
(static_final_declaration (identifier) @name) @constant
(initialized_identifier (identifier) @name) @variable
(function_body) @inside

(import_or_export) @import
(part_directive) @import

(formal_parameter name: (identifier) @binding)
(initialized_variable_definition name: (identifier) @binding)
(type_parameter (type_identifier) @binding)
(enum_constant name: (identifier) @skip)
(unconditional_assignable_selector (identifier) @member)
(type_identifier) @reference
(identifier) @reference
`,
  importsIn: (statement) => {
    const specifier = quoted(statement)
    return specifier === null ? [] : [{ specifier, ...namesIn(/\bshow\s+([\w\s,]+)/.exec(statement)?.[1] ?? "") }]
  },
  isExported: ({ name }) => !name.startsWith("_")
}
