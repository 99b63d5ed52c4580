import { quoted, type Tongue } from "../tongue.ts"

export const ruby: Tongue = {
  comments: "hashes",
  patterns: `
(module name: [(constant) @name (scope_resolution) @name]) @module
(class name: [(constant) @name (scope_resolution) @name]) @class
(method name: (_) @name parameters: (_)? @_parameters) @method
(singleton_method name: (_) @name) @method
(assignment left: (constant) @name) @constant
(call method: (identifier) @_accessor arguments: (argument_list (simple_symbol) @name) (#any-of? @_accessor "attr_reader" "attr_writer" "attr_accessor")) @field
(lambda) @inside

(call !receiver method: (identifier) @_call arguments: (argument_list . (string)) (#any-of? @_call "require" "require_relative" "load" "autoload")) @import

(method_parameters (identifier) @binding)
(block_parameters (identifier) @binding)
(lambda_parameters (identifier) @binding)
(optional_parameter name: (identifier) @binding)
(keyword_parameter name: (identifier) @binding)
(splat_parameter name: (identifier) @binding)
(hash_splat_parameter name: (identifier) @binding)
(block_parameter name: (identifier) @binding)
(assignment left: (identifier) @binding)
(call receiver: (_) method: [(identifier) (constant)] @member)
(constant) @reference
(identifier) @reference
`,
  importsIn: (statement) => {
    const specifier = quoted(statement)
    return specifier === null
      ? []
      : [{ specifier: /^require_relative|^load/.test(statement) && !specifier.startsWith(".") ? `./${specifier}` : specifier, names: [] }]
  },
  isExported: () => null
}
