import type { Tongue } from "../tongue.ts"
import { modifiersSay } from "./java.ts"

export const csharp: Tongue = {
  patterns: `
(namespace_declaration name: (_) @name body: (_) @body) @module
(file_scoped_namespace_declaration name: (_) @name) @module
(class_declaration name: (_) @name body: (_)? @body) @class
(record_declaration name: (_) @name body: (_)? @body) @class
(struct_declaration name: (_) @name body: (_)? @body) @struct
(interface_declaration name: (_) @name body: (_)? @body) @interface
(enum_declaration name: (_) @name body: (_)? @body) @enum
(delegate_declaration name: (_) @name) @type
(method_declaration name: (_) @name body: (_)? @body) @method
(constructor_declaration name: (_) @name body: (_)? @body) @method
(local_function_statement name: (_) @name body: (_)? @body) @function
(property_declaration name: (_) @name accessors: (_)? @body) @field
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name))) @field
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @field
(lambda_expression) @inside
(accessor_declaration) @inside

(using_directive) @import

(parameter name: (identifier) @binding)
(lambda_expression parameters: (implicit_parameter) @binding)
(type_parameter name: (identifier) @binding)
(foreach_statement left: (identifier) @binding)
(local_declaration_statement (variable_declaration (variable_declarator name: (identifier) @binding)))
(enum_member_declaration name: (identifier) @skip)
(member_access_expression name: (identifier) @member)
(member_access_expression name: (generic_name (identifier) @member))
(identifier) @reference
`,
  importsIn: (statement) => {
    const said = /^(?:global\s+)?using\s+(?:static\s+|unsafe\s+)*(?:(\w+)\s*=\s*)?([\w.:]+)/.exec(statement)
    if (said === null) return []
    const specifier = said[2] as string
    return [
      said[1] === undefined
        ? { specifier, names: [] }
        : { specifier, names: [], aliases: { [said[1]]: specifier.split(".").at(-1) as string } }
    ]
  },
  isExported: modifiersSay
}
