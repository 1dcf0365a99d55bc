/** A server on which no program listens: what was started on the machines beside it would be started here. */
import { formatIpv4Address, IpProtocol, type NamespaceConfig } from "@lvsim/core";
import type { Evidence } from "../evidence.ts";
import { on, type Scene, type Suspect } from "../suspect.ts";
import { METHOD_OPTION } from "./service-commands.ts";

const STARTS = /^(?:systemctl|service|nginx|socat|nc|httpd|\/\S*\/(?:nginx|httpd))\b/;

/** Also of the trace: which command lines ran where. */
export function notListening(scene: Scene, { typed }: Evidence): Suspect[] {
  const { at, network, incident } = scene;
  const refused =
    incident.end?.kind === "dropped" &&
    (incident.end.reason === "tcp-no-socket" || incident.end.reason === "udp-no-socket");
  const servers = scene.services.flatMap((facts) =>
    network.serversOf(facts).flatMap(({ host }) => host ?? []),
  );
  // a director without its service listens to nothing either
  const balanced = at?.past().some(({ after }) => after.ipvs.services.length > 0) === true;
  const own = at === undefined || (balanced && !servers.includes(at)) ? [] : [at];
  const hosts = [...new Set([...own, ...servers])];
  return hosts.flatMap((host) => {
    const elsewhere = typed
      .filter(({ machine }) => machine !== host.name)
      .flatMap(({ command }) => command.split("\n"))
      .map((line) => line.trim())
      .filter((line) => STARTS.test(line));
    const commands = new Set([...elsewhere, "systemctl start nginx"]);
    return [...commands]
      .filter((command) => !/\b(?:stop|disable|firewalld|iptables)\b/.test(command))
      .map((command, i) => ({
        cause: "notListening" as const,
        values: { host: host.name, port: scene.target?.port ?? 0 },
        fix: [on(host, command)],
        rank: (refused && host === at ? 0.1 : 2.1) + i / 50,
      }));
  });
}

const DELETION = /ipvsadm (?:-d|--delete-server) (-[tuf] \S+) -r (\S+)/;
const DRAINING = /ipvsadm (?:-e|--edit-server) (-[tuf] \S+) -r (\S+)(?: -[gim])? -w 0/;

/** A server deleted under its clients' hands: weight 0 lets them end. Or drained, where it should go at once. */
export function drainInstead({ network }: Scene, { typed }: Evidence): Suspect[] {
  return typed.flatMap(({ machine, command, input, early }): Suspect[] => {
    if (early) return [];
    const config = network.host(machine)?.config;
    const deleted = DELETION.exec(command);
    const [, service = "", server = ""] = deleted ?? DRAINING.exec(command) ?? [];
    if (service === "") return [];
    const method = config === undefined ? "-m" : methodIn(config, server);
    const instead =
      deleted === null
        ? command.replace(DRAINING, `ipvsadm -d ${service} -r ${server}`)
        : command.replace(DELETION, `ipvsadm -e ${service} -r ${server} ${method} -w 0`);
    return [
      {
        cause: deleted === null ? "drained" : "deleted",
        values: { host: machine, server },
        fix: [],
        instead: [{ input, command: instead }],
        rank: 1.3,
      },
    ];
  });
}

function methodIn({ ipvs }: NamespaceConfig, server: string): string {
  const [address = ""] = server.split(":");
  const found = ipvs.services
    .flatMap(({ realServers }) => realServers)
    .find((one) => formatIpv4Address(one.address) === address);
  return found === undefined ? "-m" : METHOD_OPTION[found.forwarding];
}

const OTHER_PORT = /-r \d+\.\d+\.\d+\.\d+:(\d+)/g;

/** Direct routing cannot change ports: the real server itself would. */
export function redirectedPort(scene: Scene, { typed }: Evidence): Suspect[] {
  const { target, network, services, at, incident } = scene;
  if (target === null) return [];
  const wished = typed.flatMap(({ command }) =>
    [...command.matchAll(OTHER_PORT)].map(([, port]) => Number(port)),
  );
  const ports = [...new Set([...wished, 8080])].filter((port) => port !== target.port && port > 0);
  const refused = incident.end?.kind === "dropped" && incident.end.reason === "tcp-no-socket";
  const servers = services.flatMap((facts) =>
    network
      .serversOf(facts)
      .filter(({ server }) => ["direct-routing", "tunnelling"].includes(server.forwarding))
      .flatMap(({ host }) => host ?? []),
  );
  const protocol = target.protocol === IpProtocol.udp ? "udp" : "tcp";
  return [...new Set(servers)].flatMap((host) =>
    ports.map((port, i) => ({
      cause: "noPortMapping" as const,
      values: { host: host.name, port: target.port, wished: port },
      fix: [
        on(
          host,
          `iptables -t nat -A PREROUTING -d ${formatIpv4Address(target.address)} -p ${protocol} --dport ${target.port} -j REDIRECT --to-ports ${port}`,
        ),
      ],
      rank: (refused && host === at && wished.includes(port) ? 0.05 : 2.4) + i / 50,
    })),
  );
}

/** Every command that is no request, left out. */
export function leftOut({ typed }: Evidence): Suspect[] {
  return typed
    .filter(({ command, early }) => !early || !command.includes("\n"))
    .map(({ machine, command, input, early }, i) => ({
      cause: "leftOut" as const,
      values: { host: machine, command: command.replaceAll("\n", "; ") },
      fix: [],
      instead: [{ input, command: "" }],
      rank: (early ? 5 : 3) - i / 1000,
    }));
}
