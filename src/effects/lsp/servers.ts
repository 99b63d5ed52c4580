/**
 * The language servers that are known: what they are called, which files they know, and where a project of theirs begins.
 * Of those that stand in one group the first that is found speaks; several groups may know one file.
 */
export interface Server {
  readonly name: string
  readonly group: string
  /** What a language is called on the wire, by the ending of a file or by its whole name. */
  readonly languages: Readonly<Record<string, string>>
  /** The program and what it is called with. */
  readonly command: readonly string[]
  /** Names of files that stand where a project begins; the nearest above a file counts, else the workspace itself. */
  readonly markers: readonly string[]
  /** Whether it is only used where one of its markers is found. */
  readonly needsMarker?: boolean
  /** `initializationOptions`, and what it is told when it asks for its settings. */
  readonly options?: unknown
  readonly settings?: Readonly<Record<string, unknown>>
  /** How a person comes to it. */
  readonly install: string
}

const SCRIPT = {
  ".ts": "typescript",
  ".mts": "typescript",
  ".cts": "typescript",
  ".tsx": "typescriptreact",
  ".js": "javascript",
  ".mjs": "javascript",
  ".cjs": "javascript",
  ".jsx": "javascriptreact"
}
const SCRIPT_MARKERS = ["tsconfig.json", "jsconfig.json", "package.json"]
const PYTHON = { ".py": "python", ".pyi": "python" }
const PYTHON_MARKERS = ["pyproject.toml", "pyrightconfig.json", "setup.py", "setup.cfg", "requirements.txt", "ruff.toml"]
const C = {
  ".c": "c",
  ".h": "c",
  ".cc": "cpp",
  ".cpp": "cpp",
  ".cxx": "cpp",
  ".hh": "cpp",
  ".hpp": "cpp",
  ".hxx": "cpp",
  ".m": "objective-c",
  ".mm": "objective-cpp"
}
const RUBY = { ".rb": "ruby", ".rake": "ruby", Gemfile: "ruby" }
const ELIXIR = { ".ex": "elixir", ".exs": "elixir" }
const SHARP_MARKERS = ["global.json", "Directory.Build.props"]
/** It breaks down over settings that are not there. */
const CSS_SETTINGS = { css: { validate: true }, scss: { validate: true }, less: { validate: true } }
const PHP_MARKERS = ["composer.json"]

/** How TypeScript 7 itself is called as a server. */
export const NATIVE_TYPESCRIPT = "tsc"

export const SERVERS: readonly Server[] = [
  {
    name: "deno",
    group: "typescript",
    languages: SCRIPT,
    command: ["deno", "lsp"],
    markers: ["deno.json", "deno.jsonc"],
    needsMarker: true,
    options: { enable: true, lint: true },
    install: "install deno"
  },
  {
    name: NATIVE_TYPESCRIPT,
    group: "typescript",
    languages: SCRIPT,
    command: ["tsc", "--lsp", "--stdio"],
    markers: SCRIPT_MARKERS,
    install: "npm install --save-dev typescript@7"
  },
  {
    name: "typescript-language-server",
    group: "typescript",
    languages: SCRIPT,
    command: ["typescript-language-server", "--stdio"],
    markers: SCRIPT_MARKERS,
    install: "npm install --global typescript-language-server typescript"
  },
  {
    name: "biome",
    group: "biome",
    languages: { ...SCRIPT, ".json": "json", ".css": "css" },
    command: ["biome", "lsp-proxy"],
    markers: ["biome.json", "biome.jsonc"],
    needsMarker: true,
    install: "npm install --save-dev @biomejs/biome"
  },
  {
    name: "basedpyright",
    group: "python",
    languages: PYTHON,
    command: ["basedpyright-langserver", "--stdio"],
    markers: PYTHON_MARKERS,
    install: "pip install basedpyright"
  },
  {
    name: "pyright",
    group: "python",
    languages: PYTHON,
    command: ["pyright-langserver", "--stdio"],
    markers: PYTHON_MARKERS,
    install: "npm install --global pyright"
  },
  {
    name: "pylsp",
    group: "python",
    languages: PYTHON,
    command: ["pylsp"],
    markers: PYTHON_MARKERS,
    install: "pip install python-lsp-server"
  },
  { name: "ruff", group: "ruff", languages: PYTHON, command: ["ruff", "server"], markers: PYTHON_MARKERS, install: "pip install ruff" },
  {
    name: "gopls",
    group: "go",
    languages: { ".go": "go", "go.mod": "go.mod" },
    command: ["gopls"],
    markers: ["go.work", "go.mod"],
    install: "go install golang.org/x/tools/gopls@latest"
  },
  {
    name: "rust-analyzer",
    group: "rust",
    languages: { ".rs": "rust" },
    command: ["rust-analyzer"],
    markers: ["Cargo.toml", "rust-project.json"],
    install: "rustup component add rust-analyzer"
  },
  {
    name: "clangd",
    group: "c",
    languages: C,
    command: ["clangd", "--log=error"],
    markers: ["compile_commands.json", "compile_flags.txt", ".clangd", "CMakeLists.txt", "meson.build"],
    install: "install clangd, as apt install clangd"
  },
  {
    name: "ruby-lsp",
    group: "ruby",
    languages: RUBY,
    command: ["ruby-lsp"],
    markers: ["Gemfile", ".ruby-version"],
    install: "gem install ruby-lsp"
  },
  {
    name: "solargraph",
    group: "ruby",
    languages: RUBY,
    command: ["solargraph", "stdio"],
    markers: ["Gemfile", ".solargraph.yml"],
    install: "gem install solargraph"
  },
  {
    name: "expert",
    group: "elixir",
    languages: ELIXIR,
    command: ["expert", "--stdio"],
    markers: ["mix.exs"],
    install: "install expert, the language server of the Elixir project"
  },
  { name: "elixir-ls", group: "elixir", languages: ELIXIR, command: ["elixir-ls"], markers: ["mix.exs"], install: "install elixir-ls" },
  {
    name: "jdtls",
    group: "java",
    languages: { ".java": "java" },
    command: ["jdtls"],
    markers: ["pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle"],
    install: "install jdtls, the Eclipse language server"
  },
  {
    name: "kotlin-lsp",
    group: "kotlin",
    languages: { ".kt": "kotlin", ".kts": "kotlin" },
    command: ["kotlin-lsp", "--stdio"],
    markers: ["settings.gradle.kts", "settings.gradle", "build.gradle.kts", "build.gradle", "pom.xml"],
    install: "install kotlin-lsp"
  },
  {
    name: "kotlin-language-server",
    group: "kotlin",
    languages: { ".kt": "kotlin", ".kts": "kotlin" },
    command: ["kotlin-language-server"],
    markers: ["settings.gradle.kts", "settings.gradle", "build.gradle.kts", "build.gradle", "pom.xml"],
    install: "install kotlin-language-server"
  },
  {
    name: "sourcekit-lsp",
    group: "swift",
    languages: { ".swift": "swift" },
    command: ["sourcekit-lsp"],
    markers: ["Package.swift", "buildServer.json"],
    install: "install a Swift toolchain"
  },
  {
    name: "lua-language-server",
    group: "lua",
    languages: { ".lua": "lua" },
    command: ["lua-language-server"],
    markers: [".luarc.json", ".luarc.jsonc", ".stylua.toml"],
    install: "install lua-language-server"
  },
  {
    name: "bash-language-server",
    group: "bash",
    languages: { ".sh": "shellscript", ".bash": "shellscript" },
    command: ["bash-language-server", "start"],
    markers: [],
    install: "npm install --global bash-language-server, and install shellcheck"
  },
  {
    name: "csharp-ls",
    group: "csharp",
    languages: { ".cs": "csharp" },
    command: ["csharp-ls"],
    markers: SHARP_MARKERS,
    install: "dotnet tool install --global csharp-ls"
  },
  {
    name: "omnisharp",
    group: "csharp",
    languages: { ".cs": "csharp" },
    command: ["OmniSharp", "--languageserver"],
    markers: SHARP_MARKERS,
    install: "install OmniSharp"
  },
  {
    name: "intelephense",
    group: "php",
    languages: { ".php": "php" },
    command: ["intelephense", "--stdio"],
    markers: PHP_MARKERS,
    install: "npm install --global intelephense"
  },
  {
    name: "phpactor",
    group: "php",
    languages: { ".php": "php" },
    command: ["phpactor", "language-server"],
    markers: PHP_MARKERS,
    install: "install phpactor"
  },
  {
    name: "metals",
    group: "scala",
    languages: { ".scala": "scala", ".sbt": "scala" },
    command: ["metals"],
    markers: ["build.sbt", "build.sc", "build.mill"],
    install: "coursier install metals"
  },
  {
    name: "dart",
    group: "dart",
    languages: { ".dart": "dart" },
    command: ["dart", "language-server", "--client-id", "loom"],
    markers: ["pubspec.yaml"],
    install: "install the Dart SDK"
  },
  { name: "zls", group: "zig", languages: { ".zig": "zig" }, command: ["zls"], markers: ["build.zig"], install: "install zls" },
  {
    name: "css",
    group: "css",
    languages: { ".css": "css", ".scss": "scss", ".less": "less" },
    command: ["vscode-css-language-server", "--stdio"],
    markers: ["package.json"],
    settings: CSS_SETTINGS,
    install: "npm install --global vscode-langservers-extracted"
  },
  {
    name: "html",
    group: "html",
    languages: { ".html": "html" },
    command: ["vscode-html-language-server", "--stdio"],
    markers: ["package.json"],
    install: "npm install --global vscode-langservers-extracted"
  },
  {
    name: "json",
    group: "json",
    languages: { ".json": "json", ".jsonc": "jsonc" },
    command: ["vscode-json-language-server", "--stdio"],
    markers: ["package.json"],
    options: { provideFormatter: false },
    install: "npm install --global vscode-langservers-extracted"
  }
]

/** What a file is called on the wire of a server; `null` where that does not know it. */
export const languageIn = ({ languages }: Server, path: string): string | null => {
  const name = path.slice(path.lastIndexOf("/") + 1)
  const ending = name.slice(Math.max(0, name.lastIndexOf(".")))
  return (Object.hasOwn(languages, name) ? languages[name] : Object.hasOwn(languages, ending) ? languages[ending] : null) ?? null
}
