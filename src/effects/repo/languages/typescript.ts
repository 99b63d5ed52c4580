import { namesIn, quoted, type Imported, type Tongue } from "../tongue.ts"

/** What JavaScript says and TypeScript says as well. */
const SHARED = `
(function_declaration name: (_) @name body: (_) @body) @function
(generator_function_declaration name: (_) @name body: (_) @body) @function
(class_body (method_definition name: (_) @name body: (_) @body) @method)
(variable_declarator name: (identifier) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @class
(lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @constant)
(lexical_declaration kind: "let" (variable_declarator name: (identifier) @name) @variable)
(variable_declaration (variable_declarator name: (identifier) @name) @variable)
(variable_declarator name: (object_pattern [(shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name)]) @constant)
(variable_declarator name: (array_pattern (identifier) @name)) @constant
(assignment_expression left: (member_expression property: (property_identifier) @name) right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function

(arrow_function) @inside
(function_expression) @inside
(generator_function) @inside
(method_definition) @inside
(class_static_block) @inside

(export_statement declaration: (_) @exported)
(export_statement value: (identifier) @exports)
(export_statement !source (export_clause (export_specifier name: (_) @exports)))
(assignment_expression left: (member_expression) @_left right: (object (shorthand_property_identifier) @exports) (#eq? @_left "module.exports"))
(assignment_expression left: (member_expression) @_left right: (identifier) @exports (#eq? @_left "module.exports"))

(import_statement) @import
(export_statement source: (_)) @import
(call_expression function: (import) arguments: (arguments . (string))) @import
(call_expression function: (identifier) @_call arguments: (arguments . (string)) (#eq? @_call "require")) @import

(member_expression property: [(property_identifier) (private_property_identifier)] @member)
(identifier) @reference
(shorthand_property_identifier) @reference
(arrow_function parameter: (identifier) @binding)
(catch_clause parameter: (identifier) @binding)
(for_in_statement left: (identifier) @binding)
(shorthand_property_identifier_pattern) @binding
(object_pattern (pair_pattern value: (identifier) @binding))
(array_pattern (identifier) @binding)
(rest_pattern (identifier) @binding)
(function_expression name: (identifier) @binding)
`

const JAVASCRIPT = `
(class_declaration name: (_) @name body: (_) @body) @class
(class_body (field_definition property: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method)
(class_body (field_definition property: (_) @name) @field)
(formal_parameters (identifier) @binding)
(assignment_pattern left: (identifier) @binding)
`

const TYPESCRIPT = `
(class_declaration name: (_) @name body: (_) @body) @class
(abstract_class_declaration name: (_) @name body: (_) @body) @class
(class_body (public_field_definition name: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method)
(class_body (public_field_definition name: (_) @name) @field)
(function_signature name: (_) @name) @function
(abstract_method_signature name: (_) @name) @method
(method_signature name: (_) @name) @method
(interface_declaration name: (_) @name body: (_) @body) @interface
(type_alias_declaration name: (_) @name) @type
(enum_declaration name: (_) @name body: (_) @body) @enum
(internal_module name: (_) @name body: (_) @body) @module
(module name: (_) @name body: (_) @body) @module

(type_identifier) @reference
(type_parameter name: (type_identifier) @binding)
(mapped_type_clause name: (type_identifier) @binding)
(required_parameter pattern: (identifier) @binding)
(optional_parameter pattern: (identifier) @binding)
`

export const typescript: Tongue = {
  patterns: SHARED + TYPESCRIPT,
  importsIn: (statement) => importsIn(statement),
  isExported: ({ name, scope, signature }) =>
    scope === null ? false : !/^(?:static |readonly |override |abstract )*(?:private|protected)\b/.test(signature) && !name.startsWith("#")
}

export const javascript: Tongue = {
  patterns: SHARED + JAVASCRIPT,
  importsIn: (statement) => importsIn(statement),
  isExported: ({ name, scope, signature }) => (scope === null ? /^(?:module\.)?exports\.|^export\b/.test(signature) : !name.startsWith("#"))
}

const importsIn = (statement: string): readonly Imported[] => {
  const isCall = /^(?:import|require)\s*\(/.test(statement)
  const clause = isCall ? "" : statement.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, " ")
  const specifier = isCall ? quoted(statement) : (/\bfrom\s*(["'].*)/s.exec(clause)?.[1] ?? statement).replace(/^[^"']*/, "")
  const said = isCall ? specifier : quoted(specifier ?? "")
  return said === null ? [] : [{ specifier: said, ...takenIn(clause) }]
}

/** A default has no name over there but `default`; here its own name is the better one. */
const takenIn = (clause: string): Pick<Imported, "names" | "aliases"> => {
  const own = /^import\s+(?:type\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:,|from\b)/u.exec(clause)?.[1]
  const listed = namesIn(/\{([^}]*)\}/s.exec(clause)?.[1] ?? "")
  return { ...listed, names: [...(own === undefined || own === "type" ? [] : [own]), ...listed.names] }
}
