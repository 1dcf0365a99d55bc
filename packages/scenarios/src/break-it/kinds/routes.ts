/** Where packets are sent: gateways, routes, forwarding, reverse path. */
import type { Draw } from "../draw.ts";
import type { Edit } from "../edit.ts";
import { type FaultKind, fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { addressOn, firstAddress, linesAt, type Place, type Site } from "../places.ts";

const last = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;

/** The edit of a machine's default gateway; null where it has none. */
function gatewayEdit(site: Site, place: Place, is: string | null): Edit | null {
  if (place.gateway === "") return null;
  const line = `ip route add default via ${place.gateway}`;
  const lines = linesAt(site, place);
  if (!lines.includes(line))
    return { at: ["hosts", place.name, "gateway"], was: place.gateway, is };
  return is === null
    ? { on: place.name, was: line, is, after: lines[lines.indexOf(line) - 1] ?? null }
    : { on: place.name, was: line, is: line.replace(place.gateway, is), after: null };
}

/** An address on the machine's first segment that is no way out. */
function wrongWay(site: Site, place: Place, draw: Draw): string | undefined {
  const segment = place.legs[0]?.segment ?? "";
  const others = site.places
    .filter((other) => other !== place)
    .map((other) => addressOn(other, segment))
    .filter((address) => address !== "" && address !== place.gateway);
  const nobody = place.gateway.replace(/\d+$/, (number) => `${Number(number) + 3}`);
  return draw.one([nobody, ...others]);
}

function wrongGateway(site: Site, place: Place | undefined, draw: Draw) {
  if (place === undefined) return null;
  const other = wrongWay(site, place, draw);
  const edit = other === undefined ? null : gatewayEdit(site, place, other);
  if (edit === null) return null;
  return fault(
    place,
    `the gateway of ${place.name} is ${other} instead of ${place.gateway}`,
    `${place.name} 的网关是 ${other},应为 ${place.gateway}`,
    edit,
  );
}

function noGateway(site: Site, place: Place | undefined) {
  const edit = place === undefined ? null : gatewayEdit(site, place, null);
  if (place === undefined || edit === null) return null;
  return fault(place, `${place.name} has no gateway`, `${place.name} 没有网关`, edit);
}

/** Where the clients are, as a prefix. */
const clientPrefix = ({ plan }: Site): string => plan.subnets.get(plan.shape.clients)?.prefix ?? "";

function forwardingOff(site: Site, place: Place | undefined) {
  if (place === undefined) return null;
  const line = "sysctl -w net.ipv4.ip_forward=1";
  const lines = linesAt(site, place);
  if (!lines.includes(line)) return null;
  return fault(place, `${place.name} does not forward`, `${place.name} 没有开启转发`, {
    on: place.name,
    was: line,
    is: null,
    after: lines[lines.indexOf(line) - 1] ?? null,
  });
}

export const ROUTE_KINDS: readonly FaultKind[] = [
  {
    name: "gateway-wrong-on-server",
    isEasy: true,
    plant: (site, draw) => wrongGateway(site, draw.one(site.servers), draw),
  },
  {
    name: "gateway-wrong-on-client",
    isEasy: true,
    plant: (site, draw) => wrongGateway(site, draw.one(site.clients), draw),
  },
  {
    name: "gateway-wrong-on-director",
    isEasy: true,
    plant: (site, draw) => wrongGateway(site, site.director, draw),
  },
  {
    name: "gateway-missing-on-server",
    isEasy: true,
    plant: (site, draw) => noGateway(site, draw.one(site.servers)),
  },
  {
    name: "gateway-missing-on-client",
    isEasy: true,
    plant: (site, draw) => noGateway(site, draw.one(site.clients)),
  },
  {
    name: "gateway-missing-on-router",
    isEasy: false,
    plant: (site, draw) => noGateway(site, draw.one(site.routers)),
  },
  {
    name: "route-missing-on-router",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.routers, site.director]);
      if (place === undefined) return null;
      const lines = linesAt(site, place);
      const line = draw.one(lines.filter((one) => /^ip route add \d/.test(one)));
      if (line === undefined) return null;
      return fault(
        place,
        `${place.name} has no route to ${line.split(" ")[3]}`,
        `${place.name} 没有到 ${line.split(" ")[3]} 的路由`,
        { on: place.name, was: line, is: null, after: lines[lines.indexOf(line) - 1] ?? null },
      );
    },
  },
  {
    name: "route-wrong-on-router",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.routers, site.director]);
      if (place === undefined) return null;
      const line = draw.one(linesAt(site, place).filter((one) => /^ip route add \d/.test(one)));
      if (line === undefined) return null;
      const is = line.replace(/\d+$/, (number) => `${Number(number) + 6}`);
      return fault(
        place,
        `a route of ${place.name} leads to a gateway that is not there: ${is.slice(13)}`,
        `${place.name} 的一条路由指向不存在的网关:${is.slice(13)}`,
        lineBecomes(place, line, is),
      );
    },
  },
  {
    name: "route-blackhole",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.servers, ...site.routers, site.director]);
      if (place === undefined) return null;
      const type = draw.one(["blackhole", "unreachable", "prohibit"]);
      const client = draw.one(site.clients);
      const prefix = draw.often(50) ? `${client && firstAddress(client)}/32` : clientPrefix(site);
      return fault(
        place,
        `${place.name} has a ${type} route to the clients`,
        `${place.name} 有一条到客户端的 ${type} 路由`,
        lineComes(place, `ip route add ${type} ${prefix} metric 1`, last(site, place)),
      );
    },
  },
  {
    name: "route-detour",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const client = draw.one(site.clients);
      const way = server && wrongWay(site, server, draw);
      if (server === undefined || client === undefined || way === undefined) return null;
      return fault(
        server,
        `${server.name} sends answers for ${client.name} to ${way}`,
        `${server.name} 把给 ${client.name} 的应答发往 ${way}`,
        lineComes(server, `ip route add ${firstAddress(client)}/32 via ${way}`, last(site, server)),
      );
    },
  },
  {
    name: "policy-rule-prohibits",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.routers, site.director, ...site.servers]);
      if (place === undefined) return null;
      const prefix = clientPrefix(site);
      const way = draw.one(["from", "to"]);
      const type = draw.one(["prohibit", "blackhole", "unreachable"]);
      return fault(
        place,
        `a policy rule of ${place.name} stops what goes ${way} the clients`,
        `${place.name} 的一条策略路由规则阻止了客户端的报文`,
        lineComes(place, `ip rule add ${way} ${prefix} ${type} priority 100`, last(site, place)),
      );
    },
  },
  {
    name: "policy-rule-to-an-empty-place",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one([...site.servers, ...site.routers]);
      const way = server && wrongWay(site, server, draw);
      if (server === undefined || way === undefined) return null;
      return fault(
        server,
        `a policy rule of ${server.name} looks up a table that leads to ${way}`,
        `${server.name} 的一条策略规则查另一张路由表,指向 ${way}`,
        lineComes(server, `ip route add default via ${way} table 100`, last(site, server)),
        lineComes(
          server,
          `ip rule add to ${clientPrefix(site)} lookup 100 priority 90`,
          `ip route add default via ${way} table 100`,
        ),
      );
    },
  },
  {
    name: "forwarding-off-on-router",
    isEasy: true,
    plant: (site, draw) => forwardingOff(site, draw.one(site.routers)),
  },
  {
    name: "forwarding-off-on-director",
    isEasy: true,
    plant: (site) => forwardingOff(site, site.director),
  },
  {
    name: "forwarding-off-on-a-device",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.routers, site.director]);
      const leg = draw.one(place?.legs ?? []);
      if (place === undefined || leg === undefined) return null;
      return fault(
        place,
        `${place.name} does not forward what comes in by ${leg.device}`,
        `${place.name} 不转发从 ${leg.device} 进来的报文`,
        lineComes(
          place,
          `sysctl -w net.ipv4.conf.${leg.device.replace(".", "/")}.forwarding=0`,
          last(site, place),
        ),
      );
    },
  },
  {
    name: "reverse-path-filter",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.servers, ...site.routers, site.director]);
      if (place === undefined) return null;
      const device = site.plan.shape.method === "-i" ? "tunl0" : "all";
      const name = place.kind === "server" ? device : "all";
      const strict = `sysctl -w net.ipv4.conf.${name}.rp_filter=1`;
      const loose = `sysctl -w net.ipv4.conf.${name}.rp_filter=0`;
      const edit = linesAt(site, place).includes(loose)
        ? lineBecomes(place, loose, strict)
        : lineComes(place, strict, last(site, place));
      return fault(
        place,
        `${place.name} checks the way back strictly (rp_filter=1)`,
        `${place.name} 启用了严格反向路径检查(rp_filter=1)`,
        edit,
      );
    },
  },
];
