/** What a made lab is to be like, all of it drawn from the seed. */
import type { SchedulerName } from "@lvsim/core";
import type { Draw } from "./draw.ts";
import { type Method, SHAPES, type Shape } from "./shapes.ts";
import { ADDRESS_PLANS, Subnet } from "./subnet.ts";

/** What real servers offer. */
type Offer = "page" | "upload" | "line" | "datagram";

export interface Plan {
  readonly shape: Shape;
  readonly subnets: ReadonlyMap<string, Subnet>;
  /** What real servers are called, with a number behind it. */
  readonly serverName: string;
  readonly servers: number;
  readonly clients: number;
  readonly scheduler: SchedulerName;
  readonly weights: readonly number[];
  /** Seconds; 0 for none. */
  readonly persistence: number;
  readonly offer: Offer;
  readonly port: number;
  /** Where real servers listen: another one only where the director rewrites it. */
  readonly serverPort: number;
  /** The mark of a service by firewall mark; 0 for one by address. */
  readonly mark: number;
  /** Clients know the service by this name; "" for its address. */
  readonly name: string;
  /** Real servers let in only what they need. */
  readonly guarded: boolean;
  /** A second director with the same service, which does not have the VIP. */
  readonly backup: boolean;
  /** A machine that has nothing to do with all this. */
  readonly bystander: boolean;
  readonly vlan: number;
  readonly image: "debian-12" | "centos-7";
}

const SERVERS_MAX = 8;
const SCHEDULERS: readonly [SchedulerName, ...SchedulerName[]] = [
  "rr",
  "rr",
  "wrr",
  "wlc",
  "wlc",
  "lc",
  "sed",
  "nq",
  "sh",
  "mh",
];

/** `shape` says which topology; null draws one. */
export function drawPlan(draw: Draw, shape: Shape | null): Plan {
  const chosen = shape ?? (draw.one(SHAPES) as Shape);
  const { method } = chosen;
  const offer = drawOffer(draw, method);
  const isPage = offer === "page" || offer === "upload";
  const port = portOf(draw, offer);
  const addresses = draw.one(ADDRESS_PLANS);
  const servers = draw.often(60) ? draw.between(1, 3) : draw.between(2, SERVERS_MAX);
  const mark = method !== "-b" && draw.often(20) ? draw.between(1, 9) : 0;
  const names = [...new Set([chosen.clients, ...chosen.routers.flat(), ...chosen.director])];
  return {
    shape: chosen,
    subnets: new Map(names.map((name, i) => [name, new Subnet(addresses[i] ?? "")])),
    serverName: draw.one(["rs", "web", "node"]),
    servers,
    clients: draw.often(70) ? 1 : draw.between(2, 3),
    scheduler: draw.one(SCHEDULERS),
    weights: Array.from({ length: servers }, () => (draw.often(70) ? 1 : draw.between(1, 3))),
    persistence: draw.often(15) ? draw.one([60, 300]) : 0,
    offer,
    port,
    serverPort:
      method === "-m" && mark === 0 && draw.often(40) ? (port === 80 ? 8080 : port + 1000) : port,
    mark,
    name: isPage && draw.often(35) ? "www.shop.example" : "",
    guarded: draw.often(30),
    backup: draw.often(25),
    bystander: draw.often(60),
    vlan: draw.one([10, 20, 101]),
    // the programs of the others are not to be had there
    image: isPage && draw.often(35) ? "centos-7" : "debian-12",
  };
}

function drawOffer(draw: Draw, method: Method): Offer {
  const offers: readonly [Offer, ...Offer[]] = [
    "page",
    "page",
    "page",
    "upload",
    "line",
    "datagram",
  ];
  const offer = draw.one(offers);
  // the fork's full-nat is for connections
  return method === "-b" && offer === "datagram" ? "page" : offer;
}

function portOf(draw: Draw, offer: Offer): number {
  switch (offer) {
    case "datagram":
      return draw.one([53, 514, 5000]);
    case "line":
      return draw.one([7, 2000, 6379]);
    default:
      return draw.often(70) ? 80 : draw.one([8080, 8000]);
  }
}
