import type { Definition } from "../symbols.ts"
import type { Tongue } from "../tongue.ts"

export const kotlin: Tongue = {
  patterns: `
(class_declaration "interface" name: (_) @name (class_body)? @body) @interface
(class_declaration name: (_) @name [(class_body) (enum_class_body)]? @body) @class
(object_declaration name: (_) @name (class_body)? @body) @module
(companion_object name: (_) @name (class_body)? @body) @module
(function_declaration name: (_) @name (function_body)? @body) @function
(property_declaration (variable_declaration (identifier) @name)) @variable
(type_alias type: (identifier) @name) @type
(lambda_literal) @inside
(anonymous_function) @inside
(getter) @inside
(setter) @inside

(import) @import

(parameter (identifier) @binding)
(class_parameter (identifier) @binding)
(lambda_parameters (variable_declaration (identifier) @binding))
(for_statement (variable_declaration (identifier) @binding))
(type_parameter (identifier) @binding)
(enum_entry (identifier) @skip)
(package_header (qualified_identifier (identifier) @skip))
(navigation_expression (_) (identifier) @member)
(identifier) @reference
`,
  importsIn: (statement) => {
    const said = /^import\s+([\w.`\p{L}]+?)(?:\.(\*))?(?:\s+as\s+(\w+))?\s*;?$/u.exec(statement.replaceAll(/\s+/g, " ").trim())
    if (said === null) return []
    const [, path = "", all, alias] = said
    const name = path.split(".").at(-1) as string
    if (all !== undefined) return [{ specifier: `${path}.*`, names: [] }]
    return [alias === undefined ? { specifier: path, names: [name] } : { specifier: path, names: [name], aliases: { [alias]: name } }]
  },
  isExported: (definition) => openUnlessSaid(definition)
}

/** What says nothing is for everybody. */
export const openUnlessSaid = ({ signature }: Definition): boolean =>
  !/\b(?:private|protected|internal|fileprivate)\b(?!\()/.test(signature.replace(/\s\w+\s+constructor\b.*|[(:=].*/, ""))
