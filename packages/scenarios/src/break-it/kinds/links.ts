/** Devices: down, in another VLAN, too narrow, tunnels that are not there. */
import { type FaultKind, fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { linesAt, type Place, type Site } from "../places.ts";

const last = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;

export const LINK_KINDS: readonly FaultKind[] = [
  {
    name: "device-down",
    isEasy: true,
    plant(site, draw) {
      const place = draw.one([...site.servers, ...site.routers, site.director, ...site.clients]);
      const leg = draw.one(place?.legs ?? []);
      if (place === undefined || leg === undefined) return null;
      return fault(
        place,
        `${leg.device} of ${place.name} is down`,
        `${place.name} 的 ${leg.device} 处于 down 状态`,
        lineComes(place, `ip link set ${leg.device} down`, last(site, place)),
      );
    },
  },
  {
    name: "vlan-wrong",
    isEasy: true,
    plant(site, draw) {
      const tagged = site.places.filter(
        ({ kind, legs }) =>
          kind !== "bystander" &&
          kind !== "backup" &&
          legs.some(({ cable, device }) => cable !== device),
      );
      const place = draw.one(tagged);
      const line = place && linesAt(site, place).find((one) => one.includes("type vlan id"));
      if (place === undefined || line === undefined) return null;
      const wrong = site.plan.vlan + 1;
      return fault(
        place,
        `${place.name} speaks in VLAN ${wrong} instead of ${site.plan.vlan}`,
        `${place.name} 使用 VLAN ${wrong},应为 ${site.plan.vlan}`,
        lineBecomes(place, line, line.replace(/\d+$/, `${wrong}`)),
      );
    },
  },
  {
    name: "mtu-too-small",
    isEasy: false,
    plant(site, draw) {
      const place = draw.one([...site.routers, ...site.servers, site.director]);
      const leg = draw.one(place?.legs ?? []);
      if (place === undefined || leg === undefined) return null;
      const mtu = draw.one([576, 1000, 1300]);
      return fault(
        place,
        `${leg.device} of ${place.name} has an MTU of ${mtu}`,
        `${place.name} 的 ${leg.device} MTU 为 ${mtu}`,
        lineComes(place, `ip link set ${leg.device} mtu ${mtu}`, last(site, place)),
      );
    },
  },
  {
    name: "mss-clamp-missing",
    isEasy: false,
    plant(site) {
      const [router] = site.routers;
      if (router === undefined) return null;
      const lines = linesAt(site, router);
      const line = lines.find((one) => one.includes("TCPMSS"));
      if (line === undefined) return null;
      return fault(
        router,
        `${router.name} does not clamp segments to what a tunnel leaves room for`,
        `${router.name} 没有把 MSS 限制到隧道能容纳的长度`,
        { on: router.name, was: line, is: null, after: lines[lines.indexOf(line) - 1] ?? null },
        // and nobody hears that they are too long
        lineComes(
          router,
          "iptables -A FORWARD -p icmp --icmp-type fragmentation-needed -j DROP",
          lines[lines.indexOf(line) - 1] ?? null,
        ),
      );
    },
  },
  {
    name: "tunnel-down",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined) return null;
      const lines = linesAt(site, server);
      const line = "ip link set tunl0 up";
      if (!lines.includes(line)) return null;
      return fault(server, `tunl0 of ${server.name} is down`, `${server.name} 的 tunl0 没有启用`, {
        on: server.name,
        was: line,
        is: null,
        after: lines[lines.indexOf(line) - 1] ?? null,
      });
    },
  },
  {
    name: "tunnel-missing",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined) return null;
      const lines = linesAt(site, server);
      const at = lines.indexOf("modprobe ipip");
      if (at < 0) return null;
      const gone = lines.filter((line) => line === "modprobe ipip" || line.includes("tunl0"));
      return fault(
        server,
        `${server.name} has no tunnel device`,
        `${server.name} 没有隧道设备`,
        // the last first, so that taking it back puts each after the one before it
        ...[...gone].reverse().map((line) => ({
          on: server.name,
          was: line,
          is: null,
          after: lines[lines.indexOf(line) - 1] ?? null,
        })),
      );
    },
  },
];
