import type { Language } from "./symbols.ts"

/** The language of a file by the end of its name; `null` where no grammar reads it. */
export const languageOf = (path: string): Language | null => {
  const name = path.slice(path.lastIndexOf("/") + 1)
  const dot = name.lastIndexOf(".")
  return LANGUAGE_BY_NAME[name] ?? (dot < 1 ? null : (LANGUAGE_BY_EXTENSION[name.slice(dot + 1).toLowerCase()] ?? null))
}

const EXTENSIONS: Readonly<Record<Language, string>> = {
  bash: "sh bash zsh ksh bats",
  c: "c h",
  cpp: "cc cpp cxx c++ hh hpp hxx h++ ipp tpp inl cu cuh ino",
  csharp: "cs csx",
  dart: "dart",
  elixir: "ex exs",
  go: "go",
  java: "java",
  javascript: "js jsx mjs cjs",
  kotlin: "kt kts",
  lua: "lua",
  php: "php phtml inc",
  python: "py pyi pyw",
  ruby: "rb rake gemspec ru",
  rust: "rs",
  scala: "scala sc sbt",
  swift: "swift",
  tsx: "tsx",
  typescript: "ts mts cts"
}

const LANGUAGE_BY_EXTENSION: Readonly<Record<string, Language>> = Object.assign(
  Object.create(null),
  ...Object.entries(EXTENSIONS).map(([language, names]) => Object.fromEntries(names.split(" ").map((name) => [name, language])))
)

const LANGUAGE_BY_NAME: Readonly<Record<string, Language>> = Object.assign(Object.create(null), {
  Gemfile: "ruby",
  Rakefile: "ruby",
  Podfile: "ruby",
  ".bashrc": "bash",
  ".bash_profile": "bash",
  ".profile": "bash",
  ".zshrc": "bash"
})
