type Environment = Readonly<Record<string, string | undefined>>

/** Without the variables that hold keys or lead to somebody outside, unless they are named in `keep`. */
export const cleanedEnvironment = (environment: Environment, keep: readonly string[], temporaryPlace: string): Environment => ({
  ...Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => keep.includes(name) || !(isSecret(name, value ?? "") || LEADS_OUT.test(name)))
  ),
  ...pointingTo(temporaryPlace)
})

const isSecret = (name: string, value: string): boolean => SECRET_NAME.test(name) || LOGIN_IN_ADDRESS.test(value)

const SECRET_NAME = /(?:KEY|KEYS|KEY_ID|TOKEN|TOKENS|SECRET|SECRETS|PASSWORD|PASSWORDS|PASSWD|PASSPHRASE|CREDENTIALS?|_AUTH|_PAT)$/i

const LOGIN_IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i

/** Agents, buses, screens and daemons. */
const LEADS_OUT =
  /^(?:SSH_AUTH_SOCK|SSH_AGENT_PID|SSH_ASKPASS|GIT_ASKPASS|GPG_AGENT_INFO|DBUS_\w+|DISPLAY|WAYLAND_\w+|XAUTHORITY|XDG_RUNTIME_DIR|DOCKER_HOST|DOCKER_CONFIG|KUBECONFIG|PULSE_SERVER|TMUX\w*|STY|WSL_INTEROP|VSCODE_\w+)$/

/** What programs keep for the next time goes where they may write. */
const pointingTo = (place: string): Environment => ({
  TMPDIR: place,
  TEMP: place,
  TMP: place,
  XDG_CACHE_HOME: `${place}/.cache`,
  npm_config_cache: `${place}/.cache/npm`
})
