import { namesIn, quoted, type Imported, type Tongue } from "../tongue.ts"

export const php: Tongue = {
  patterns: `
(class_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(trait_declaration name: (_) @name body: (_) @body) @trait
(enum_declaration name: (_) @name body: (_) @body) @enum
(function_definition name: (_) @name body: (_) @body) @function
(method_declaration name: (_) @name body: (_)? @body) @method
(const_declaration (const_element . (name) @name)) @constant
(property_declaration (property_element name: (variable_name (name) @name))) @field
(namespace_definition name: (_) @name body: (_) @body) @module
(function_call_expression function: (name) @_call arguments: (arguments . (argument (string (string_content) @name))) (#eq? @_call "define")) @constant
(anonymous_function) @inside
(arrow_function) @inside

(namespace_use_declaration) @import
(require_expression) @import
(require_once_expression) @import
(include_expression) @import
(include_once_expression) @import

(variable_name (name) @skip)
(namespace_definition name: (namespace_name (name) @skip))
(enum_case name: (name) @skip)
(named_label_statement (name) @skip)
(member_call_expression name: (name) @member)
(member_access_expression name: (name) @member)
(scoped_call_expression name: (name) @member)
(class_constant_access_expression (_) (name) @member)
(name) @reference
`,
  importsIn: (statement) => {
    const text = statement.trim().replace(/;$/, "")
    if (!/^use\b/.test(text)) return (quoted(text) === null ? [] : [{ specifier: quoted(text) as string, names: [] }])
    const said = text.replace(/^use\s+(?:function\s+|const\s+)?/, "")
    const group = /^([\\\w]+)\\\{([^}]*)\}/.exec(said)
    if (group !== null) return (group[2] as string).split(",").flatMap((each) => used(`${group[1]}\\${each.trim()}`))
    return said.split(",").flatMap((each) => used(each.trim()))
  },
  isExported: ({ signature }) => !/^[^(]*\b(?:private|protected)\b/.test(signature)
}

const used = (said: string): readonly Imported[] => {
  const [path, alias] = said.split(/\s+as\s+/)
  if (path === undefined || path === "") return []
  const name = path.split("\\").at(-1) as string
  return [{ specifier: path.replace(/^\\/, ""), ...namesIn(alias === undefined ? name : `${name} as ${alias}`) }]
}
