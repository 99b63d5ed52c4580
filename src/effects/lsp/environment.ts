type Environment = Readonly<Record<string, string | undefined>>

/** Where programs and languages are found, and how people read: nothing else of the environment is a server's business. */
const NAMES: ReadonlySet<string> = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "NIX_PATH", "SDKROOT", "DEVELOPER_DIR"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "GOPATH", "GOROOT", "GOBIN", "GOFLAGS", "GOMODCACHE", "GOCACHE", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"],
  ...["JAVA_HOME", "JDK_HOME", "GRADLE_USER_HOME", "DOTNET_ROOT", "VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "PYENV_VERSION", "GEM_HOME", "GEM_PATH", "RBENV_ROOT", "RBENV_VERSION"],
  ...["MIX_HOME", "HEX_HOME", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "NVM_DIR", "VOLTA_HOME", "PUB_CACHE", "COURSIER_CACHE", "LUA_PATH", "LUA_CPATH"]
])

export const serverEnvironment = (environment: Environment): Environment => ({
  ...Object.fromEntries(Object.entries(environment).filter(([name]) => NAMES.has(name) || name.startsWith("LC_"))),
  TERM: "dumb",
  NO_COLOR: "1"
})
