import type { Imported, Tongue } from "../tongue.ts"

export const rust: Tongue = {
  patterns: `
(function_item name: (_) @name body: (_) @body) @function
(function_signature_item name: (_) @name) @function
(struct_item name: (_) @name body: (_)? @body) @struct
(enum_item name: (_) @name body: (_) @body) @enum
(union_item name: (_) @name body: (_) @body) @union
(trait_item name: (_) @name body: (_) @body) @trait
(type_item name: (_) @name) @type
(associated_type name: (_) @name) @type
(const_item name: (_) @name) @constant
(static_item name: (_) @name) @variable
(macro_definition name: (_) @name) @macro
(mod_item name: (_) @name body: (_) @body) @module
(impl_item type: [(type_identifier) @name (generic_type type: (type_identifier) @name) (scoped_type_identifier name: (_) @name)]) @scope
(closure_expression) @inside

(use_declaration) @import
(extern_crate_declaration) @import
(mod_item !body) @import

(let_declaration pattern: (identifier) @binding)
(parameter pattern: (identifier) @binding)
(closure_parameters (identifier) @binding)
(for_expression pattern: (identifier) @binding)
(type_parameter name: (type_identifier) @binding)
(lifetime (identifier) @skip)
(self) @skip
(attribute_item (attribute (identifier) @skip))
(field_declaration name: (field_identifier) @skip)
(enum_variant name: (identifier) @skip)
(field_identifier) @member
(type_identifier) @reference
(identifier) @reference
`,
  importsIn: (statement) => {
    const text = statement.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, " ")
    const module = /^(?:#\[.*?\]\s*)*(?:pub\s*(?:\([^)]*\))?\s+)?mod\s+(\w+)/.exec(text)?.[1]
    if (module !== undefined) return [{ specifier: `mod ${module}`, names: [] }]
    const crate = /extern\s+crate\s+(\w+)/.exec(text)?.[1]
    if (crate !== undefined) return [{ specifier: crate, names: [] }]
    return pathsIn(/\buse\s+([\s\S]*?);?\s*$/.exec(text)?.[1] ?? "", "")
  },
  // Within a trait, and where one is kept, what says nothing is as open as the trait; macros are given out elsewhere.
  isExported: ({ signature, scope, kind }) => (/^pub\b/.test(signature) ? true : scope === null && kind !== "macro" ? false : null)
}

/** `a::{b, c::D as E}` names `a::b` and `a::c::D`. */
const pathsIn = (tree: string, before: string): readonly Imported[] =>
  partsOf(tree).flatMap((part): readonly Imported[] => {
    const open = part.indexOf("{")
    if (open >= 0) return pathsIn(part.slice(open + 1, part.lastIndexOf("}")), before + part.slice(0, open).replaceAll(/\s/g, ""))
    const [, path = "", alias] = /^([\s\S]*?)(?:\s+as\s+(\w+))?$/.exec(part.trim()) ?? []
    const whole = (before + path.replaceAll(/\s/g, "")).replace(/::self$/, "")
    const name = whole.split("::").at(-1) as string
    if (whole === "" || name === "*") return whole === "" ? [] : [{ specifier: whole, names: [] }]
    return [
      alias === undefined || alias === "_"
        ? { specifier: whole, names: [name] }
        : { specifier: whole, names: [name], aliases: { [alias]: name } }
    ]
  })

/** Split at commas that lie in no braces. */
const partsOf = (text: string): readonly string[] => {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at]
    if (letter === "{") depth++
    else if (letter === "}") depth--
    else if ((letter === "," && depth === 0) || letter === undefined) {
      if (text.slice(start, at).trim() !== "") parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return parts
}
