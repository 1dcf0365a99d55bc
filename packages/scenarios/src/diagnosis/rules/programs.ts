/** A server on which no program listens: what was started on the machines beside it would be started here. */
import type { Evidence } from "../evidence.ts";
import { on, type Scene, type Suspect } from "../suspect.ts";

const STARTS = /^(?:systemctl|service|nginx|socat|nc|httpd|\/\S*\/(?:nginx|httpd))\b/;

/** Also of the trace: which command lines ran where. */
export function notListening(scene: Scene, { preparations }: Evidence): Suspect[] {
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
    const elsewhere = preparations
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

/** Every command that was typed before the requests, left out. */
export function leftOut({ preparations }: Evidence): Suspect[] {
  return preparations
    .filter(({ command }) => !command.includes("\n"))
    .map(({ machine, command, input }, i) => ({
      cause: "leftOut" as const,
      values: { host: machine, command },
      fix: [],
      omitted: [input],
      rank: 5 - i / 1000,
    }));
}
