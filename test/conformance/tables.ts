/** The kernel's tables as text, in the forms in which recordings hold them. */

import type { Json, JsonObject } from "./recording.ts";
import type { Stage } from "./stage.ts";
import { TABLES } from "./table-names.ts";

const lines = (text: string): string[] => text.split("\n");

const output = (stage: Stage, ns: string, command: string): string => {
  const { stdout } = stage.exec(ns, command);
  return stdout;
};

/** Lines of a /proc file without its header of `headerLines`, without blanks at their ends. */
function body(text: string, headerLines: number): string[] {
  return lines(text)
    .slice(headerLines)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

/** /proc/net/ip_vs_conn: three columns and more; sorted and folded where the class wants it. */
export const connections = (stage: Stage, ns: string): string[] =>
  body(output(stage, ns, "cat /proc/net/ip_vs_conn"), 1);

export const foldedConnections = (stage: Stage, ns: string): string[] =>
  connections(stage, ns)
    .map((line) => line.replaceAll(/\s+/g, " "))
    .sort();

export const services = (stage: Stage, ns: string): string[] =>
  body(output(stage, ns, "cat /proc/net/ip_vs"), 3);

const hexAddress = (hex: string): string => {
  const [address, port] = hex.split(":") as [string, string];
  const octets = address.match(/../g) ?? [];
  const text = octets.map((octet) => Number.parseInt(octet, 16)).join(".");
  return `${text}:${Number.parseInt(port, 16)}`;
};

/** /proc/net/ip_vs as `{svc, rs: [[address, method, weight, active, inactive]]}`, services sorted. */
export function serviceTable(stage: Stage, ns: string): JsonObject[] {
  const table: { svc: string; rs: Json[] }[] = [];
  for (const line of services(stage, ns)) {
    const words = line.trim().split(/\s+/) as string[];
    if (words[0] !== "->") table.push({ svc: `${words[0]} ${words[1]}`, rs: [] });
    else
      table
        .at(-1)
        ?.rs.push([
          hexAddress(words[1] as string),
          words[2] as string,
          ...words.slice(3, 6).map(Number),
        ]);
  }
  return table.sort((a, b) => (a.svc < b.svc ? -1 : 1));
}

const withoutRef = (line: string): string => line.replace(/ ref \d+/, "");

/** What `final` holds under `key`: the output of the command that it names. */
export function finalValue(stage: Stage, key: string): Json {
  if (key === "proc_ip_vs") return lines(output(stage, "dir", "cat /proc/net/ip_vs"));
  if (key === "dir counters") return counters(stage);
  if (key === "dir conntrack") return lines(output(stage, "dir", "conntrack -L")).sort();
  const [, ns = "dir", command = key] = /^(\w+) ((?:ipvsadm|ip) .*)$/.exec(key) ?? [];
  if (command === "ip neigh")
    return body0(output(stage, ns, command))
      .map(withoutRef)
      .sort();
  const exact = command === "ipvsadm -Ln --stats" ? `${command} --exact` : command;
  return lines(output(stage, ns, exact));
}

const body0 = (text: string): string[] => lines(text).filter((line) => line !== "");

const counters = (stage: Stage): JsonObject =>
  Object.fromEntries(
    TABLES.map((table) => [table, lines(output(stage, "dir", `iptables -t ${table} -nvxL`))]),
  );
