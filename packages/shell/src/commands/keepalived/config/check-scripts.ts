/**
 * Looks at the scripts of a configuration before any of them runs (check_script_secure): those that are not there, cannot be
 * executed or, with `enable_script_security`, could be written by others are left out; what watched by them goes on unwatched.
 */
import type { FileSystem } from "../../../vfs/file-system.ts";
import type { Node } from "../../../vfs/node.ts";
import type { KeepalivedConfig, Notifications, Script } from "./model.ts";
import type { ReadConfig, Role } from "./read-config.ts";

export const DEFAULT_USER = "keepalived_script";
const FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];
const EXECUTABLE = 0o111;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

export const hasUser = (files: FileSystem, name: string): boolean =>
  (files.readText("/etc/passwd") ?? "").split("\n").some((line) => line.startsWith(`${name}:`));

export function checkScripts(read: ReadConfig, role: Role, files: FileSystem, old: boolean): void {
  const look = new Look(read, files, old);
  if (role === "vrrp") look.atVrrp();
  else if (role === "check") look.atServices();
}

/** `missing` and `insecure` are told of, a file that is not executable has been told of. */
type Verdict = "fine" | "missing" | "insecure" | "not executable";

class Look {
  private readonly read: ReadConfig;
  private readonly config: KeepalivedConfig;
  private readonly files: FileSystem;
  private readonly old: boolean;
  private isUserMissing: boolean | null = null;
  private foundAny = false;
  private foundInsecure = false;

  constructor(read: ReadConfig, files: FileSystem, old: boolean) {
    this.read = read;
    this.config = read.config;
    this.files = files;
    this.old = old;
  }

  atVrrp(): void {
    const { groups, instances, scripts } = this.config;
    const kept = scripts.filter(({ name, script }) => {
      if (script === null) return true;
      if (this.mayRun()) return true;
      this.say(`Unable to set default user for vrrp script ${name} - removing`);
      return false;
    });
    const sound = kept.filter(({ name, script }) => this.isSound(script, `track script ${name}`));
    scripts.splice(0, scripts.length, ...sound);
    for (const { notify } of [...instances, ...groups]) this.atNotifications(notify);
    this.warn();
  }

  atServices(): void {
    for (const service of this.config.services) {
      service.quorumUp = this.notifier(service.quorumUp, "quorum_up");
      service.quorumDown = this.notifier(service.quorumDown, "quorum_down");
      for (const server of service.servers) {
        server.notifyUp = this.notifier(server.notifyUp, "notify_up");
        server.notifyDown = this.notifier(server.notifyDown, "notify_down");
        server.checkers = server.checkers.filter(
          ({ script }) =>
            script === null ||
            (this.mayRun() && this.isSound(script, `misc script ${script.argv[0] ?? ""}`)),
        );
      }
    }
    this.warn();
  }

  private atNotifications(notify: Notifications): void {
    notify.master = this.notifier(notify.master, "notify_master");
    notify.backup = this.notifier(notify.backup, "notify_backup");
    notify.fault = this.notifier(notify.fault, "notify_fault");
    notify.stop = this.notifier(notify.stop, "notify_stop");
    notify.any = this.notifier(notify.any, "notify");
  }

  /** The script, or null when it is not to run. */
  private notifier(script: Script | null, kind: string): Script | null {
    if (script === null) return null;
    if (!this.mayRun()) {
      this.say(`Failed to set default user for ${kind} script ${script.argv[0] ?? ""} - ignoring`);
      return null;
    }
    return this.isSound(script, `notify script ${script.argv[0] ?? ""}`) ? script : null;
  }

  /** Whether there is somebody to run scripts: without `enable_script_security` root does. 1.3.5 asked for the default user at start. */
  private mayRun(): boolean {
    const { scriptSecurity, scriptUser } = this.config.global;
    if (this.old && scriptUser === "") return true;
    if (this.isUserMissing === null) {
      this.isUserMissing = !hasUser(this.files, scriptUser === "" ? DEFAULT_USER : scriptUser);
      if (this.isUserMissing)
        this.say(
          scriptUser === ""
            ? `WARNING - default user '${DEFAULT_USER}' for script execution does not exist - please create.`
            : `Default script user '${scriptUser}' does not exist`,
        );
    }
    return !this.isUserMissing || !(scriptSecurity || scriptUser !== "");
  }

  private isSound(script: Script | null, title: string): boolean {
    const [program = ""] = script?.argv ?? [];
    if (program === "") return true;
    const verdict = this.verdict(program);
    if (verdict === "insecure") this.say(`Disabling ${title} due to insecure`);
    if (verdict === "missing")
      this.say(`Disabling ${title} since not found${this.old ? "" : "/accessible"}`);
    return verdict === "fine";
  }

  private verdict(program: string): Verdict {
    const path = program.includes("/") ? program : this.alongPath(program);
    if (path === null) return "missing";
    const node = this.node(path);
    if (node === null) {
      this.say(`Script ${path} cannot be accessed - No such file or directory`);
      return "missing";
    }
    this.foundAny = true;
    if (!isExecutable(node)) {
      this.say(`WARNING - script '${path}' is not executable for uid:gid 0:0 - disabling.`);
      return "not executable";
    }
    if (!this.isOpenToOthers(path)) return "fine";
    this.say(`Unsafe permissions found for script '${path}'.`);
    this.foundInsecure = true;
    return this.config.global.scriptSecurity ? "insecure" : "fine";
  }

  private alongPath(program: string): string | null {
    const found = FOLDERS.map((folder) => `${folder}/${program}`).find((path) => {
      const node = this.node(path);
      return node !== null && isExecutable(node);
    });
    this.say(
      found === undefined
        ? `Cannot find script ${program} in path`
        : `WARNING - script \`${program}\` resolved by path search to \`${found}\`. Please specify full path.`,
    );
    return found ?? null;
  }

  /** Whether anybody but root could change the file or a folder above it. */
  private isOpenToOthers(path: string): boolean {
    const parts = path.split("/").filter((part) => part !== "");
    return parts.some((_part, i) => {
      const node = this.node(`/${parts.slice(0, i + 1).join("/")}`);
      if (node === null || (node.mode & OTHERS_WRITE) === 0) return false;
      return node.kind === "file" || (node.mode & STICKY) === 0;
    });
  }

  private node(path: string): Node | null {
    const node = this.files.resolve(path, "/");
    return typeof node === "number" ? null : node;
  }

  private warn(): void {
    if (!this.foundAny || this.config.global.scriptSecurity) return;
    this.read.report(
      `SECURITY VIOLATION - scripts are being executed but script_security not enabled.${this.foundInsecure ? " There are insecure scripts." : ""}`,
      "security",
    );
  }

  private say(text: string): void {
    this.read.report(text);
  }
}

const isExecutable = ({ kind, mode }: Node): boolean =>
  kind === "file" && (mode & EXECUTABLE) !== 0;
