/** Addresses: the VIP and others where they should not be, or not as they should be. */
import type { FaultKind } from "../fault-kind.ts";
import { fault, lineBecomes, lineComes } from "../fault-kind.ts";
import { addressOn, firstAddress, linesAt, type Place, type Site } from "../places.ts";

/** The line that gives a machine the VIP. */
const vipLine = (site: Site, place: Place): string | undefined =>
  linesAt(site, place).find((line) => line.startsWith(`ip addr add ${site.vip}/32 `));

const owns = ({ plan }: Site): boolean => plan.shape.method === "-g" || plan.shape.method === "-i";

const without = (place: Place, line: string, lines: readonly string[]) => ({
  on: place.name,
  was: line,
  is: null,
  after: lines[lines.indexOf(line) - 1] ?? null,
});

/** An address of the same subnet that nobody has. */
const beside = (address: string): string =>
  address.replace(/\d+$/, (last) => `${Number(last) + 5}`);

export const ADDRESS_KINDS: readonly FaultKind[] = [
  {
    name: "vip-missing-on-server",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      if (server === undefined || !owns(site)) return null;
      const lines = linesAt(site, server);
      const line = vipLine(site, server);
      if (line === undefined) return null;
      return fault(
        server,
        `${server.name} does not have the VIP`,
        `${server.name} 没有配置 VIP`,
        without(server, line, lines),
      );
    },
  },
  {
    name: "vip-missing-on-director",
    isEasy: true,
    plant(site) {
      const { director } = site;
      const line = vipLine(site, director);
      if (line === undefined) return null;
      return fault(
        director,
        "the director does not have the VIP",
        "调度器没有配置 VIP",
        without(director, line, linesAt(site, director)),
      );
    },
  },
  {
    name: "vip-mistyped-on-server",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server === undefined || !owns(site) ? undefined : vipLine(site, server);
      if (server === undefined || line === undefined) return null;
      return fault(
        server,
        `${server.name} has ${beside(site.vip)} instead of the VIP`,
        `${server.name} 配置的是 ${beside(site.vip)},不是 VIP`,
        lineBecomes(server, line, line.replace(site.vip, beside(site.vip))),
      );
    },
  },
  {
    name: "vip-mistyped-on-director",
    isEasy: true,
    plant(site) {
      const { director, vip } = site;
      const line = vipLine(site, director);
      if (line === undefined) return null;
      return fault(
        director,
        `the director has ${beside(vip)} instead of the VIP`,
        `调度器配置的是 ${beside(vip)},不是 VIP`,
        lineBecomes(director, line, line.replace(vip, beside(vip))),
      );
    },
  },
  {
    name: "vip-wide-mask-on-server",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server === undefined || !owns(site) ? undefined : vipLine(site, server);
      if (server === undefined || line === undefined) return null;
      const length = draw.one([8, 16, 24]);
      return fault(
        server,
        `${server.name} has the VIP with /${length}: the whole subnet is its own`,
        `${server.name} 的 VIP 掩码为 /${length}:整个网段成为本机地址`,
        lineBecomes(server, line, line.replace("/32", `/${length}`)),
      );
    },
  },
  {
    name: "vip-on-the-wire-of-server",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const line = server === undefined || !owns(site) ? undefined : vipLine(site, server);
      if (server === undefined || line === undefined) return null;
      const device = server.legs[0]?.device ?? "";
      return fault(
        server,
        `${server.name} has the VIP on ${device}, where it answers ARP for it`,
        `${server.name} 的 VIP 配在 ${device} 上,会应答它的 ARP`,
        lineBecomes(server, line, line.replace(/dev \S+$/, `dev ${device}`)),
      );
    },
  },
  {
    name: "vip-on-a-stranger",
    isEasy: false,
    plant(site, draw) {
      const segment = site.director.legs[0]?.segment ?? "";
      const strangers = site.places.filter(
        (place) =>
          (place.kind === "bystander" || place.kind === "backup" || place.kind === "client") &&
          addressOn(place, segment) !== "",
      );
      const stranger = draw.one(strangers);
      if (stranger === undefined) return null;
      const device = stranger.legs.find((leg) => leg.segment === segment)?.device ?? "";
      return fault(
        stranger,
        `${stranger.name} has the VIP too`,
        `${stranger.name} 也配置了 VIP`,
        lineComes(stranger, `ip addr add ${site.vip}/32 dev ${device}`, lastLine(site, stranger)),
      );
    },
  },
  {
    name: "address-of-a-server-taken",
    isEasy: false,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const segment = server?.legs[0]?.segment ?? "";
      const others = site.places.filter(
        (place) =>
          place !== server && place.kind !== "director" && addressOn(place, segment) !== "",
      );
      const thief = draw.one(others);
      if (server === undefined || thief === undefined) return null;
      const device = thief.legs.find((leg) => leg.segment === segment)?.device ?? "";
      return fault(
        thief,
        `${thief.name} has the address of ${server.name} as well`,
        `${thief.name} 也占用了 ${server.name} 的地址`,
        lineComes(
          thief,
          `ip addr add ${firstAddress(server)}/32 dev ${device}`,
          lastLine(site, thief),
        ),
      );
    },
  },
  {
    name: "address-of-server-mistyped",
    isEasy: true,
    plant(site, draw) {
      const server = draw.one(site.servers);
      const leg = server?.legs[0];
      if (server === undefined || leg === undefined || leg.cable !== leg.device) return null;
      const at = ["hosts", server.name, "devices", leg.cable, "address"];
      const length = site.plan.subnets.get(leg.segment)?.length ?? 24;
      const other = leg.address.replace(/\d+$/, (last) => `${Number(last) + 12}`);
      return fault(
        server,
        `${server.name} has the address ${other}; the director knows it as ${leg.address}`,
        `${server.name} 的地址是 ${other},而调度器按 ${leg.address} 转发`,
        { at, was: `${leg.address}/${length}`, is: `${other}/${length}` },
      );
    },
  },
  {
    name: "wrong-netmask",
    isEasy: false,
    plant(site, draw) {
      const places = site.places.filter(
        ({ kind, legs }) =>
          kind !== "bystander" &&
          kind !== "backup" &&
          legs.every((leg) => leg.cable === leg.device),
      );
      const place = draw.one(places);
      const leg = draw.one(place?.legs ?? []);
      if (place === undefined || leg === undefined) return null;
      const length = site.plan.subnets.get(leg.segment)?.length ?? 24;
      const wrong = draw.one([30, 29, 28, 32]);
      return fault(
        place,
        `${place.name} has /${wrong} on ${leg.device} instead of /${length}`,
        `${place.name} 的 ${leg.device} 掩码是 /${wrong},应为 /${length}`,
        {
          at: ["hosts", place.name, "devices", leg.cable, "address"],
          was: `${leg.address}/${length}`,
          is: `${leg.address}/${wrong}`,
        },
      );
    },
  },
];

const lastLine = (site: Site, place: Place): string | null => linesAt(site, place).at(-1) ?? null;
