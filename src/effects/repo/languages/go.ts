import type { Imported, Tongue } from "../tongue.ts"

export const go: Tongue = {
  patterns: `
(function_declaration name: (_) @name body: (_)? @body) @function
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (type_identifier) @owner
  (pointer_type (type_identifier) @owner)
  (generic_type type: (type_identifier) @owner)
  (pointer_type (generic_type type: (type_identifier) @owner))])) name: (_) @name body: (_)? @body) @method
(type_spec name: (_) @name type: (struct_type (field_declaration_list) @body)) @struct
(type_spec name: (_) @name type: (interface_type)) @interface
(interface_type (method_elem name: (_) @name) @method)
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(const_spec name: (identifier) @name) @constant
(var_spec name: (identifier) @name) @variable
(func_literal) @inside

(import_declaration) @import

(short_var_declaration left: (expression_list (identifier) @binding))
(range_clause left: (expression_list (identifier) @binding))
(parameter_declaration name: (identifier) @binding)
(variadic_parameter_declaration name: (identifier) @binding)
(type_parameter_declaration name: (identifier) @binding)
(keyed_element key: (literal_element (identifier) @skip))
(package_clause (package_identifier) @skip)
(field_declaration name: (field_identifier) @skip)
(field_identifier) @member
(package_identifier) @reference
(type_identifier) @reference
(identifier) @reference
`,
  importsIn: (statement) =>
    [...statement.matchAll(/(?:^|[\n(;]|import)\s*(?:([\w.]+)\s+)?["`]([^"`\n]+)["`]/g)].map(([, alias, specifier]): Imported => {
      const last = (specifier as string).split("/").at(-1) as string
      return alias === undefined || /^[_.]$/.test(alias) || alias === "import"
        ? { specifier: specifier as string, names: [] }
        : { specifier: specifier as string, names: [], aliases: { [alias]: last } }
    }),
  isExported: ({ name }) => /^\p{Lu}/u.test(name)
}
