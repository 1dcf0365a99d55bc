/** Topologies of made labs: who stands on which segment, and which way answers go. */

export type Method = "-g" | "-m" | "-i" | "-b";

export interface Shape {
  readonly name: string;
  readonly method: Method;
  /** In order of their distance from the clients: each one's segments, the one towards the clients first. */
  readonly routers: readonly (readonly string[])[];
  /** The clients' segment. */
  readonly clients: string;
  /** The director's segments by device; the VIP is on the first. */
  readonly director: readonly string[];
  /** Real servers stand on these in turn. */
  readonly servers: readonly string[];
  /** Whom the real servers have as gateway. */
  readonly answersBy: "router" | "director" | "nobody";
  /** The segment on which everybody speaks in a VLAN. */
  readonly tagged?: string;
  /** The director puts its own address in the place of the client's by a rule of the nat table. */
  readonly masquerades?: boolean;
}

const OUTSIDE = ["outside", "lan"] as const;

export const SHAPES: readonly Shape[] = [
  {
    name: "dr-flat",
    method: "-g",
    routers: [],
    clients: "lan",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "nobody",
  },
  {
    name: "dr-routed",
    method: "-g",
    routers: [OUTSIDE],
    clients: "outside",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "router",
  },
  {
    name: "dr-two-armed",
    method: "-g",
    routers: [["outside", "lan", "back"]],
    clients: "outside",
    director: ["lan", "back"],
    servers: ["back"],
    answersBy: "router",
  },
  {
    name: "dr-two-hops",
    method: "-g",
    routers: [
      ["outside", "middle"],
      ["middle", "lan"],
    ],
    clients: "outside",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "router",
  },
  {
    name: "dr-vlan",
    method: "-g",
    routers: [],
    clients: "lan",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "nobody",
    tagged: "lan",
  },
  {
    name: "fullnat-far",
    method: "-b",
    routers: [OUTSIDE, ["lan", "far"]],
    clients: "outside",
    director: ["lan"],
    servers: ["far"],
    answersBy: "router",
  },
  {
    name: "fullnat-one-armed",
    method: "-b",
    routers: [OUTSIDE],
    clients: "outside",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "router",
  },
  {
    name: "fullnat-two-armed",
    method: "-b",
    routers: [],
    clients: "outside",
    director: ["outside", "lan"],
    servers: ["lan"],
    answersBy: "nobody",
  },
  {
    name: "nat-flat",
    method: "-m",
    routers: [],
    clients: "outside",
    director: ["outside", "lan"],
    servers: ["lan"],
    answersBy: "director",
  },
  {
    name: "nat-masquerading",
    method: "-m",
    routers: [OUTSIDE],
    clients: "outside",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "router",
    masquerades: true,
  },
  {
    name: "nat-one-armed",
    method: "-m",
    routers: [OUTSIDE],
    clients: "outside",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "director",
  },
  {
    name: "nat-routed",
    method: "-m",
    routers: [["outside", "front"]],
    clients: "outside",
    director: ["front", "lan"],
    servers: ["lan"],
    answersBy: "director",
  },
  {
    name: "nat-two-networks",
    method: "-m",
    routers: [],
    clients: "outside",
    director: ["outside", "lan", "back"],
    servers: ["lan", "back"],
    answersBy: "director",
  },
  {
    name: "nat-vlan",
    method: "-m",
    routers: [["outside", "front"]],
    clients: "outside",
    director: ["front", "lan"],
    servers: ["lan"],
    answersBy: "director",
    tagged: "lan",
  },
  {
    name: "tun-far",
    method: "-i",
    routers: [["outside", "lan", "far"]],
    clients: "outside",
    director: ["lan"],
    servers: ["far"],
    answersBy: "router",
  },
  {
    name: "tun-near",
    method: "-i",
    routers: [OUTSIDE],
    clients: "outside",
    director: ["lan"],
    servers: ["lan"],
    answersBy: "router",
  },
  {
    name: "tun-two-sites",
    method: "-i",
    routers: [
      ["outside", "lan"],
      ["lan", "far"],
    ],
    clients: "outside",
    director: ["lan"],
    servers: ["lan", "far"],
    answersBy: "router",
  },
];
