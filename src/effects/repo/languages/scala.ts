import type { Imported, Tongue } from "../tongue.ts"
import { openUnlessSaid } from "./kotlin.ts"

export const scala: Tongue = {
  patterns: `
(class_definition name: (_) @name body: (_)? @body) @class
(object_definition name: (_) @name body: (_)? @body) @module
(trait_definition name: (_) @name body: (_)? @body) @trait
(enum_definition name: (_) @name body: (_) @body) @enum
(function_definition name: (_) @name body: (_) @body) @function
(function_declaration name: (_) @name) @function
(val_definition pattern: (identifier) @name) @constant
(val_declaration name: (identifier) @name) @constant
(var_definition pattern: (identifier) @name) @variable
(var_declaration name: (identifier) @name) @variable
(given_definition name: (_) @name) @constant
(type_definition name: (_) @name) @type
(lambda_expression) @inside

(import_declaration) @import

(parameter name: (identifier) @binding)
(class_parameter name: (identifier) @binding)
(lambda_expression parameters: (identifier) @binding)
(binding name: (identifier) @binding)
(type_parameters name: (identifier) @binding)
(simple_enum_case name: (identifier) @skip)
(package_clause name: (package_identifier (identifier) @skip))
(field_expression field: (identifier) @member)
(type_identifier) @reference
(identifier) @reference
`,
  importsIn: (statement) => {
    const text = statement.replace(/^import\s+/, "").replaceAll(/\s+/g, " ")
    const group = /^([\w.]+)\.\{(.*)\}$/.exec(text)
    if (group !== null) return (group[2] as string).split(",").map((each) => taken(`${group[1]}.${each.trim()}`))
    return text.split(",").map((each) => taken(each.trim()))
  },
  isExported: openUnlessSaid
}

const taken = (said: string): Imported => {
  const [path = "", alias] = said.split(/\s*(?:=>|\bas\b)\s*/)
  const name = path.split(".").at(-1) as string
  if (name === "_" || name === "*") return { specifier: path.replace(/[_*]$/, "*"), names: [] }
  return alias === undefined || alias === "_" ? { specifier: path, names: [name] } : { specifier: path, names: [name], aliases: { [alias]: name } }
}
