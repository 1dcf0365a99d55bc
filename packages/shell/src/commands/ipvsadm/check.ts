/** Which options go with which command, and what they must be together (generic_opt_check, process_options). */
import { fail } from "./failure.ts";
import type { Request } from "./request.ts";
import { OPTION_NAMES, type OptionName } from "./tags.ts";
import { rulesOf } from "./words.ts";

export function checkCombination(request: Request): void {
  const { needs = [], takes = [], oneOf = [] } = rulesOf(request.command, request.fork);
  const the = request.fork ? "" : "the ";
  let first: OptionName | undefined;
  for (const option of OPTION_NAMES) {
    if (!request.has(option)) {
      if (needs.includes(option))
        fail(2, `You need to supply the '${option}' option for the '${request.command}' command`);
      continue;
    }
    if (oneOf.includes(option)) {
      if (first !== undefined)
        fail(
          2,
          `The option '${option}' conflicts with ${the}'${first}' option in the '${request.command}' command`,
        );
      first = option;
    } else if (!needs.includes(option) && !takes.includes(option))
      fail(2, `Illegal '${option}' option with the '${request.command}' command`);
  }
}

const VIEWS: readonly OptionName[] = ["stats", "rate", "thresholds"];

export function checkMeaning(request: Request): void {
  switch (request.command) {
    case "list":
      return checkList(request);
    case "add-service":
    case "edit-service":
      return checkService(request);
    case "add-server":
    case "edit-server":
      return checkServer(request);
  }
}

function checkList(request: Request): void {
  const other = request.has("timeout") || request.has("daemon");
  const viewed = VIEWS.some((option) => request.has(option));
  if (((request.has("connection") || other) && viewed) || (other && request.has("persistent-conn")))
    fail(2, "options conflicts in the list command");
}

function checkService(request: Request): void {
  const { identity } = request;
  if (identity?.kind !== "address") return;
  if (identity.port === 0 && request.persistenceTimeout === 0)
    fail(2, "Zero port specified for non-persistent service");
  if (request.has("ops") && identity.protocol !== 17)
    fail(2, "One-Packet Scheduling is only for UDP virtual services");
}

function checkServer(request: Request): void {
  const { identity } = request;
  // a packet that is routed or tunnelled keeps its port: the service's it is, without a word
  if (
    identity?.kind === "address" &&
    (request.forwarding === "direct-routing" || request.forwarding === "tunnelling")
  )
    request.serverPort = identity.port;
  if (request.forwarding !== "tunnelling") {
    if ((request.serverIpv6 === undefined) !== (identity?.ipv6 === undefined))
      fail(2, "Different address family is allowed only for tunneling servers");
    const tunnelOptions: readonly OptionName[] = [
      "tun-type",
      "tun-port",
      "tun-nocsum",
      "tun-csum",
      "tun-remcsum",
    ];
    if (tunnelOptions.some((option) => request.has(option)))
      fail(2, "Tunnel options conflict with forward method");
    return;
  }
  checkTunnel(request);
}

const CHECKSUMS: readonly OptionName[] = ["tun-nocsum", "tun-csum", "tun-remcsum"];
const REFUSED: Readonly<Record<string, readonly OptionName[]>> = {
  ipip: ["tun-port", ...CHECKSUMS],
  gue: [],
  gre: ["tun-port", "tun-remcsum"],
};

function checkTunnel(request: Request): void {
  const type = request.tunnelType;
  for (const option of REFUSED[type] ?? [])
    if (request.has(option)) fail(2, `Illegal '${option}' option with the '${type}' tunnel type`);
  if (type === "gue" && !request.has("tun-port"))
    fail(2, "You need to supply the 'tun-port' option for the 'gue' tunnel type");
  const [first, second] = CHECKSUMS.filter((option) => request.has(option));
  if (second !== undefined)
    fail(
      2,
      `The option '${second}' conflicts with the '${first}' option in the '${type}' tunnel type`,
    );
}
