/** Virtual services as an import finds them, whatever the file. */

export type Method = "direct routing" | "tunnelling" | "masquerading" | "full-nat";

interface ImportedServer {
  readonly address: string;
  readonly port: number;
  readonly method: Method;
}

export interface ImportedService {
  /** Null for a firewall mark. */
  readonly vip: string | null;
  readonly port: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly servers: ImportedServer[];
}

const PORTS: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  http: 80,
  pop3: 110,
  ntp: 123,
  imap2: 143,
  imap: 143,
  ldap: 389,
  https: 443,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  mysql: 3306,
  postgresql: 5432,
  "http-alt": 8080,
  webcache: 8080,
};

const portOf = (text: string): number => PORTS[text] ?? (Number(text) || 0);

const COMMANDS: Readonly<Record<string, string>> = {
  "--add-service": "-A",
  "--add-server": "-a",
  "--tcp-service": "-t",
  "--udp-service": "-u",
  "--sctp-service": "--sctp-service",
  "--fwmark-service": "-f",
  "--real-server": "-r",
  "--gatewaying": "-g",
  "--ipip": "-i",
  "--masquerading": "-m",
};
const METHODS: Readonly<Record<string, Method>> = {
  "-g": "direct routing",
  "-i": "tunnelling",
  "-m": "masquerading",
  "-b": "full-nat",
};

/** One line of a dump. */
export interface DumpLine {
  readonly line: number;
  /** Words of the command without its name. */
  readonly words: readonly string[];
}

/** Reads the lines that add services and servers; `resolve` turns a name into an address. */
export function servicesOf(
  lines: readonly DumpLine[],
  resolve: (name: string) => string | null,
): ImportedService[] {
  const services = new Map<string, ImportedService>();
  for (const { words } of lines) {
    const plain = words.flatMap(split);
    const key = serviceKey(plain);
    if (key === null) continue;
    const [host = "", port = ""] = splitPort(key.value);
    if (plain.includes("-A")) {
      const vip = key.flag === "-f" ? null : resolve(host);
      const protocol = key.flag === "-u" ? "udp" : key.flag === "-t" ? "tcp" : "sctp";
      services.set(key.text, { vip, port: portOf(port), protocol, servers: [] });
    } else if (plain.includes("-a")) {
      const at = plain.indexOf("-r");
      const [server = "", serverPort = port] = splitPort(plain[at + 1] ?? "");
      const address = at < 0 ? null : resolve(server);
      const method = METHODS[plain.find((word) => METHODS[word] !== undefined) ?? "-g"];
      if (address !== null)
        services
          .get(key.text)
          ?.servers.push({ address, port: portOf(serverPort), method: method ?? "direct routing" });
    }
  }
  return [...services.values()];
}

/** `--tcp-service=X` and `-tX` as two words. */
function split(word: string): string[] {
  const long = /^(--[a-z-]+)=(.*)$/.exec(word);
  if (long !== null) return [COMMANDS[long[1] ?? ""] ?? long[1] ?? "", long[2] ?? ""];
  const glued = /^-([A-Za-z])(.+)$/.exec(word);
  if (glued === null || word.startsWith("--")) return [COMMANDS[word] ?? word];
  const [, letter = "", rest = ""] = glued;
  return "tufrswpxyM".includes(letter)
    ? [`-${letter}`, rest]
    : [`-${letter}`, ...split(`-${rest}`)];
}

function serviceKey(
  words: readonly string[],
): { flag: string; value: string; text: string } | null {
  const at = words.findIndex((word) => ["-t", "-u", "-f", "--sctp-service"].includes(word));
  const [flag, value] = [words[at], words[at + 1]];
  return flag === undefined || value === undefined
    ? null
    : { flag, value, text: `${flag} ${value}` };
}

const splitPort = (text: string): string[] => {
  const at = text.lastIndexOf(":");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};
