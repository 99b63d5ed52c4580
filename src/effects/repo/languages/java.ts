import type { Definition } from "../symbols.ts"
import type { Tongue } from "../tongue.ts"

export const java: Tongue = {
  patterns: `
(class_declaration name: (_) @name body: (_) @body) @class
(record_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(annotation_type_declaration name: (_) @name body: (_) @body) @interface
(enum_declaration name: (_) @name body: (_) @body) @enum
(method_declaration name: (_) @name body: (_)? @body) @method
(annotation_type_element_declaration name: (_) @name) @method
(constructor_declaration name: (_) @name body: (_) @body) @method
(field_declaration declarator: (variable_declarator name: (_) @name)) @field
(constant_declaration declarator: (variable_declarator name: (_) @name)) @constant
(lambda_expression) @inside

(import_declaration) @import

(formal_parameter name: (identifier) @binding)
(spread_parameter (variable_declarator name: (identifier) @binding))
(catch_formal_parameter name: (identifier) @binding)
(enhanced_for_statement name: (identifier) @binding)
(local_variable_declaration declarator: (variable_declarator name: (identifier) @binding))
(lambda_expression parameters: (identifier) @binding)
(inferred_parameters (identifier) @binding)
(type_parameter (type_identifier) @binding)
(enum_constant name: (identifier) @skip)
(element_value_pair key: (identifier) @skip)
(package_declaration (scoped_identifier) @skip)
(package_declaration (scoped_identifier (identifier) @skip))
(package_declaration (identifier) @skip)
(field_access field: (identifier) @member)
(method_invocation name: (identifier) @member)
(method_reference (_) (identifier) @member)
(type_identifier) @reference
(identifier) @reference
`,
  importsIn: (statement) => {
    const path = /^import\s+(?:static\s+)?([\w.$\p{L}]+?)(?:\s*\.\s*(\*))?\s*;?$/u.exec(statement.replaceAll(/\s+/g, " ").trim())
    if (path === null) return []
    return [
      {
        specifier: path[2] === undefined ? (path[1] as string) : `${path[1]}.*`,
        names: path[2] === undefined ? [(path[1] as string).split(".").at(-1) as string] : []
      }
    ]
  },
  isExported: (definition) => modifiersSay(definition)
}

/** Members of an interface are for everybody; what says nothing, in Java, is for its package. */
export const modifiersSay = ({ signature }: Definition): boolean | null => {
  const modifiers = signature.replace(/[(=].*/, "")
  return /\bpublic\b/.test(modifiers) ? true : /\b(?:private|protected)\b/.test(modifiers) ? false : null
}
