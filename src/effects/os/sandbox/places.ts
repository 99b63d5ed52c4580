import { lstatSync, realpathSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"

type Environment = Readonly<Record<string, string | undefined>>

/** Where keys, logins and private things of a person are kept, below their home: none of it can be read inside the sandbox. */
export const SECRETS_OF_HOME: readonly string[] = [
  ...[".ssh", ".aws", ".azure", ".config/gcloud", ".kube", ".docker", ".gnupg", ".password-store", ".pki", ".oci", ".fly", ".op", ".config/op"],
  ...[".config/gh", ".config/hub", ".config/glab-cli", ".config/doctl", ".config/heroku", ".config/containers", ".config/rclone", ".config/sops", ".config/age", ".config/solana"],
  ...[".mozilla", ".thunderbird", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".config/microsoft-edge", ".config/vivaldi", ".config/opera"],
  ...["snap/firefox", "snap/chromium", ".var/app", ".cache/mozilla", ".cache/google-chrome", ".cache/chromium", ".local/share/keyrings", ".local/share/kwalletd"],
  ...[".config/Signal", ".config/Slack", ".config/discord", ".local/share/TelegramDesktop", ".bitcoin", ".electrum", ".ethereum"],
  ...[".netrc", ".npmrc", ".pypirc", ".yarnrc.yml", ".git-credentials", ".config/git/credentials", ".pgpass", ".my.cnf", ".vault-token", ".boto", ".s3cfg", ".dockercfg", ".terraformrc", ".terraform.d/credentials.tfrc.json"],
  ...[".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".m2/settings.xml", ".gradle/gradle.properties", ".composer/auth.json", ".config/composer/auth.json", ".nuget/NuGet/NuGet.Config"],
  ...[".config/pip/pip.conf", ".pip/pip.conf", ".claude/.credentials.json", ".claude.json", ".codex/auth.json", ".gemini/oauth_creds.json", ".config/github-copilot", ".local/share/opencode/auth.json"],
  ...[".bash_history", ".zsh_history", ".python_history", ".node_repl_history", ".psql_history", ".mysql_history", ".local/share/fish/fish_history", ".Xauthority", ".ICEauthority"]
]

/** Where a system keeps what only some may read; the superuser, who may, does not read it inside either. */
const SECRETS_OF_SYSTEM: readonly string[] = [
  ...["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d", "/etc/ssh", "/etc/ssl/private", "/etc/krb5.keytab"],
  ...["/etc/wireguard", "/etc/NetworkManager/system-connections", "/etc/docker", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet"]
]

/** Variables that name such a place elsewhere. */
const NAMING_SECRETS: readonly string[] = [
  ...["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "AZURE_CONFIG_DIR", "KUBECONFIG", "DOCKER_CONFIG"],
  ...["GNUPGHOME", "NETRC", "NPM_CONFIG_USERCONFIG", "npm_config_userconfig", "PGPASSFILE", "PASSWORD_STORE_DIR", "XAUTHORITY"]
]

/** What a person's own programs read and run when they start: readable, but never written, also where the home itself is the workspace. */
const STARTING_POINTS: readonly string[] = [
  ...[".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".config/fish", ".inputrc", ".tmux.conf"],
  ...[".gitconfig", ".config/git", ".vimrc", ".config/nvim", ".config/autostart", ".config/systemd", ".local/bin", "bin", ".cargo/bin", ".claude", ".vscode", ".vscode-server", ".pam_environment"]
]

/** The places that exist, canonical, each with its kind; the root of the file system and a home itself are never among them. */
export const secretPlaces = (environment: Environment, own: readonly string[]): readonly Found[] => {
  const homes = homesOf(environment)
  const named = NAMING_SECRETS.flatMap((name) => (environment[name] ?? "").split(":").filter((path) => path.startsWith("/")))
  const all = [...homes.flatMap((home) => SECRETS_OF_HOME.map((name) => join(home, name))), ...SECRETS_OF_SYSTEM, ...named, ...own]
  return all.flatMap((path) => found(path) ?? []).filter(({ path }) => path !== "/" && !homes.includes(path))
}

export const startingPoints = (environment: Environment): readonly Found[] =>
  homesOf(environment).flatMap((home) => STARTING_POINTS.flatMap((name) => found(join(home, name)) ?? []))

const homesOf = (environment: Environment): readonly string[] =>
  [...new Set([environment["HOME"], homeOfAccount()])].flatMap((home) => (home?.startsWith("/") === true ? (found(home)?.path ?? []) : []))

const homeOfAccount = (): string | undefined => {
  try {
    return userInfo().homedir
  } catch {
    // The account is in no list, as in some containers: then the environment alone tells.
    return undefined
  }
}

/** Something that exists, by its canonical path. */
export interface Found {
  readonly path: string
  readonly kind: "directory" | "socket" | "file"
}

/** `null` where nothing is there that this process could reach. */
export const found = (given: string): Found | null => {
  try {
    const path = realpathSync.native(given)
    const stat = lstatSync(path)
    return { path, kind: stat.isDirectory() ? "directory" : stat.isSocket() ? "socket" : "file" }
  } catch {
    // Not there, or not to be reached: nothing to hide, for what runs inside has no more rights than this process.
    return null
  }
}
