/** ARP: who answers, who is believed, and link addresses. */
import type { Draw } from "../draw.ts";
import { type FaultKind, fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { addressOn, firstAddress, linesAt, type Place, type Site } from "../places.ts";

const DEAD_MAC = "02:de:ad:00:00:01";

const last = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;

/** Who asks for the VIP: the clients or the router beside the director. */
function askers({ plan, places }: Site): Place[] {
  const [front = ""] = plan.shape.director;
  return places.filter(
    (place) =>
      (place.kind === "client" || place.kind === "router") && addressOn(place, front) !== "",
  );
}

const deviceOn = ({ legs }: Place, segment: string): string =>
  legs.find((leg) => leg.segment === segment)?.device ?? "";

function missing(site: Site, draw: Draw, word: string) {
  const server = draw.one(site.servers);
  if (server === undefined) return null;
  const lines = linesAt(site, server);
  const line = lines.find((one) => one.includes(word));
  if (line === undefined) return null;
  const edit = {
    on: server.name,
    was: line,
    is: null,
    after: lines[lines.indexOf(line) - 1] ?? null,
  };
  return fault(server, `${server.name} lacks ${word}`, `${server.name} 没有设置 ${word}`, edit);
}

export const NEIGHBOUR_KINDS: readonly FaultKind[] = [
  {
    name: "arp-ignore-missing",
    isEasy: true,
    plant: (site, draw) => missing(site, draw, "arp_ignore"),
  },
  {
    name: "arp-announce-missing",
    isEasy: true,
    plant: (site, draw) => missing(site, draw, "arp_announce"),
  },
  {
    name: "arp-ignore-mistyped",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server && linesAt(site, server).find((one) => one.includes("all.arp_ignore=1"));
      if (server === undefined || line === undefined) return null;
      return fault(
        server,
        `${server.name} sets arp_ignore for lo alone, which changes nothing`,
        `${server.name} 只为 lo 设置了 arp_ignore,不起作用`,
        lineBecomes(server, line, line.replace("all.arp_ignore", "lo.arp_ignore")),
      );
    },
  },
  {
    name: "arp-off-on-director",
    isEasy: false,
    plant(site, draw) {
      const { director } = site;
      const leg = draw.one(director.legs);
      if (leg === undefined) return null;
      return fault(
        director,
        `ARP is off on ${leg.device} of the director`,
        `调度器的 ${leg.device} 关闭了 ARP`,
        lineComes(director, `ip link set ${leg.device} arp off`, last(site, director)),
      );
    },
  },
  {
    name: "arp-ignore-8-on-director",
    isEasy: false,
    plant(site) {
      const { director } = site;
      return fault(
        director,
        "arp_ignore=8: the director answers ARP for no address",
        "arp_ignore=8:调度器不应答任何 ARP 请求",
        lineComes(director, "sysctl -w net.ipv4.conf.all.arp_ignore=8", last(site, director)),
      );
    },
  },
  {
    name: "static-arp-for-the-vip",
    isEasy: false,
    plant(site, draw) {
      const asker = draw.one(askers(site));
      if (asker === undefined) return null;
      const device = deviceOn(asker, site.plan.shape.director[0] ?? "");
      return fault(
        asker,
        `${asker.name} has a fixed neighbour entry for the VIP with a MAC address that nobody has`,
        `${asker.name} 为 VIP 配置了静态邻居条目,其 MAC 地址不存在`,
        lineComes(
          asker,
          `ip neigh replace ${site.vip} lladdr ${DEAD_MAC} nud permanent dev ${device}`,
          last(site, asker),
        ),
      );
    },
  },
  {
    name: "static-arp-for-a-server",
    isEasy: false,
    plant(site, draw) {
      const { director } = site;
      const near = site.servers.filter(
        (server) => addressOn(director, server.legs[0]?.segment ?? "") !== "",
      );
      const server = draw.one(near);
      if (server === undefined) return null;
      const device = deviceOn(director, server.legs[0]?.segment ?? "");
      return fault(
        director,
        `the director has a fixed neighbour entry for ${server.name} with a MAC address that nobody has`,
        `调度器为 ${server.name} 配置了静态邻居条目,其 MAC 地址不存在`,
        lineComes(
          director,
          `arp -i ${device} -s ${firstAddress(server)} ${DEAD_MAC}`,
          last(site, director),
        ),
      );
    },
  },
  {
    name: "static-arp-for-the-gateway",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one(
        [...site.servers, ...site.clients].filter(({ gateway }) => gateway !== ""),
      );
      if (place === undefined) return null;
      return fault(
        place,
        `${place.name} has a fixed neighbour entry for its gateway with a MAC address that nobody has`,
        `${place.name} 为网关配置了静态邻居条目,其 MAC 地址不存在`,
        lineComes(
          place,
          `ip neigh replace ${place.gateway} lladdr ${DEAD_MAC} nud permanent dev ${place.legs[0]?.device}`,
          last(site, place),
        ),
      );
    },
  },
  {
    name: "duplicate-mac",
    isEasy: false,
    plant(site, draw) {
      const [front = ""] = site.plan.shape.director;
      const others = site.places.filter(
        ({ kind, legs }) =>
          kind !== "director" &&
          legs.some((leg) => leg.segment === front && leg.cable === leg.device),
      );
      const thief = draw.one(others);
      const leg = thief?.legs.find(({ segment }) => segment === front);
      const number = site.places.indexOf(site.director);
      if (thief === undefined || leg === undefined || number < 0) return null;
      const mac = `02:00:00:00:${hex(number + 1)}:00`;
      return fault(
        thief,
        `${thief.name} has the MAC address of the director`,
        `${thief.name} 的 MAC 地址与调度器相同`,
        lineComes(thief, `ip link set ${leg.device} address ${mac}`, last(site, thief)),
      );
    },
  },
];

const hex = (value: number): string => value.toString(16).padStart(2, "0");
