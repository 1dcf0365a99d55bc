/** Programs that listen where nobody asks: on another port, on one address alone; and those that answer from another one. */
import { formatIpv4Address } from "@lvsim/core";
import type { Evidence } from "../evidence.ts";
import { holds } from "../network.ts";
import type { Scene, Suspect } from "../suspect.ts";

const SOCAT_PORT = /(LISTEN:)(\d+)/;
const NC_PORT = /^((?:\S*\/)?nc(?:at)? .*-\S*l\S*\b.*?)(-p )?(\d+)(?=\D*$)/;
const BIND = /,bind=\d+\.\d+\.\d+\.\d+/;

/** The line of a machine that started such a program, typed otherwise. */
export function listensElsewhere(
  { network, services, target, at, incident }: Scene,
  { typed }: Evidence,
): Suspect[] {
  if (target === null) return [];
  const servers = services.flatMap((facts) =>
    network.serversOf(facts).map(({ server, host }) => ({ host, port: server.port })),
  );
  const { end } = incident;
  const refused =
    end?.kind === "dropped" && (end.reason === "tcp-no-socket" || end.reason === "udp-no-socket");
  return typed.flatMap(({ machine, command, input }): Suspect[] => {
    const host = network.host(machine);
    if (host === undefined || command.includes("\n")) return [];
    const own = servers.filter((one) => one.host === host);
    if (own.length === 0 && host !== at) return [];
    const ports = new Set([target.port, ...own.map(({ port }) => port).filter((port) => port > 0)]);
    const bound = holds(host, target.address)
      ? withBind(command, formatIpv4Address(target.address))
      : null;
    const otherwise = [
      ...[...ports].map((port) => withPort(command, port)),
      command.replace(BIND, ""),
      ...(bound === null ? [] : [bound]),
      ...[...ports].map((port) => withPort(command.replace(BIND, ""), port)),
    ].filter((one) => one !== command);
    return [...new Set(otherwise)].map((instead, i) => ({
      cause: "listensElsewhere",
      values: { host: machine, command },
      fix: [],
      instead: [{ input, command: instead }],
      rank:
        (refused && host === at ? 0.15 : incident.side === "request" && host === at ? 0.6 : 1.7) +
        i / 50,
    }));
  });
}

const withPort = (command: string, port: number): string =>
  SOCAT_PORT.test(command)
    ? command.replace(SOCAT_PORT, `$1${port}`)
    : command.replace(
        NC_PORT,
        (_all, start: string, option: string | undefined) => `${start}${option ?? ""}${port}`,
      );

function withBind(command: string, address: string): string | null {
  if (!SOCAT_PORT.test(command) || BIND.test(command)) return null;
  return command.replace(SOCAT_PORT, `$1$2,bind=${address}`);
}
