/**
 * `ipvsadm -S` output, with or without -n, as it is or with the program's name before each line: a director with that table.
 * Names of hosts become addresses of the lab, in /etc/hosts of the director.
 */
import { parseIpv4Address } from "@lvsim/core";
import { Draft, type DraftHost } from "../draft/draft.ts";
import { completeAround } from "./around-services.ts";
import { ImportError, type Imported, type ImportFile, linesOf, Notes } from "./imported.ts";
import { type DumpLine, servicesOf } from "./services.ts";

const ENTRY =
  /^\s*(?:\$?\s*)?(?:(?:\/(?:usr\/)?s?bin\/)?ipvsadm\s+)?(-(?:-add-(?:service|server)\b|[AaDEedCZRSl]).*)$/;

/** Whether a text is a dump: every line of it that is no comment adds something. */
export function isDump(text: string): boolean {
  const lines = linesOf(text).filter((line) => line.trim() !== "" && !/^\s*[#!]/.test(line));
  return (
    lines.length > 0 &&
    lines.every((line) => ENTRY.test(line)) &&
    lines.some((line) => /\s(?:-\w*[Aa]\b|--add-s)/.test(` ${line}`))
  );
}

export function dumpLines(text: string): DumpLine[] {
  return linesOf(text).flatMap((line, i) => {
    const command = ENTRY.exec(line.replace(/\s#.*$/, ""))?.[1];
    return command === undefined ? [] : [{ line: i + 1, words: command.trim().split(/\s+/) }];
  });
}

export function importDump({ path, text }: ImportFile): Imported {
  const draft = new Draft();
  const notes = new Notes();
  const director = draft.add("director", { role: "director" });
  const lines = dumpLines(text);
  if (lines.length > LINES_MAX)
    throw new ImportError(`${path}: ${lines.length} lines; a lab takes at most ${LINES_MAX}`);
  const hosts = new HostNames();
  const services = servicesOf(lines, (name) => hosts.address(name));
  if (services.length === 0)
    throw new ImportError(
      `${path}: no virtual service in it; ipvsadm -S prints lines as "-A -t 10.0.0.1:80 -s wlc"`,
    );
  for (const { line, words } of lines)
    if (words.some((word) => /^\[/.test(word)))
      notes.add(path, line, "IPv6 is not simulated", "不支持 IPv6");
  services.forEach(({ vip, protocol, servers }, i) => {
    const line =
      lines.filter(({ words }) => words[0] === "-A" || words[0] === "--add-service")[i]?.line ?? 0;
    if (vip === null)
      notes.add(
        path,
        line,
        "a firewall mark: the rule that sets it is not in a dump, so no client asks",
        "防火墙标记:转储中没有设置标记的规则,因此没有客户端请求",
      );
    else if (protocol !== "tcp")
      notes.add(
        path,
        line,
        `${protocol} service: its servers have nothing that answers`,
        `${protocol} 服务:真实服务器上没有应答程序`,
      );
    if (servers.length === 0)
      notes.add(path, line, "a service without real servers", "该服务没有真实服务器");
  });
  const traffic = completeAround(draft, {
    director,
    services,
    ownAddresses: new Set(),
    deviceNames: [],
  });
  hosts.writeTo(director);
  if (draft.hosts.some(({ name }) => name === "gw") || usesForwarding(lines))
    director.start.push("sysctl -q -w net.ipv4.ip_forward=1");
  addTable(director, lines);
  const full = lines.some(({ words }) => words.includes("-b"));
  const source = draft.source(
    {
      title: { en: `The director of ${path}`, zh: `${path} 中的调度器` },
      about: { en: "Made from a dump of ipvsadm.", zh: "由 ipvsadm 的转储生成。" },
    },
    { traffic, ...(full ? { ipvsadm: "fullnat" as const } : {}) },
  );
  return { source, notes: notes.all };
}

/** Line by line where somebody may want to read and change it, else as the file that it is. */
function addTable(director: DraftHost, lines: readonly DumpLine[]): void {
  const texts = lines.map(({ words }) => words.join(" "));
  if (lines.length <= TYPED_MAX) director.start.push(...texts.map((text) => `ipvsadm ${text}`));
  else {
    director.files.set("/etc/ipvsadm.rules", { content: `${texts.join("\n")}\n`, mode: "644" });
    director.start.push("ipvsadm -R < /etc/ipvsadm.rules");
  }
}

const TYPED_MAX = 100;
const LINES_MAX = 5000;

const usesForwarding = (lines: readonly DumpLine[]): boolean =>
  lines.some(({ words }) => words.some((word) => /^(?:-m|--masquerading|-b)$/.test(word)));

/** Names of a dump without -n, each with an address of its own. */
class HostNames {
  private readonly byName = new Map<string, string>();

  address(name: string): string | null {
    if (parseIpv4Address(name) !== undefined) return name;
    if (name === "" || name.startsWith("[")) return null;
    if (name === "localhost") return "127.0.0.1";
    const known = this.byName.get(name) ?? `192.168.10.${100 + this.byName.size}`;
    this.byName.set(name, known);
    return known;
  }

  writeTo(host: DraftHost): void {
    if (this.byName.size === 0) return;
    const lines = [...this.byName].map(([name, address]) => `${address} ${name}`);
    host.files.set("/etc/hosts", {
      content: `127.0.0.1 localhost\n${lines.join("\n")}\n`,
      mode: "644",
    });
  }
}
