/**
 * What a lab asserts of its own run: `validate` in netlab's words (`nodes`, `exec`, `valid`, `wait`, `level`, `pass`, `fail`), and
 * beside commands the requests of the traffic, the trace, and who owns an address. Nothing here changes a run.
 */
import { DROP_REASONS } from "@lvsim/core";
import { z } from "zod";
import { durationSchema } from "./units.ts";
import { bilingual, ipv4, name } from "./words.ts";

/** What a command must come to. */
const valid = z.strictObject({
  /** Exit status. */
  status: z.int().min(0).max(255).optional(),
  /** Text that standard output holds. */
  stdout: z.string().min(1).optional(),
  /** Text that it does not hold. */
  without: z.string().min(1).optional(),
  stderr: z.string().min(1).optional(),
});

/** Requests of the traffic, by how they ended; `times` of the check says how many there are. */
const requests = z.strictObject({
  from: name.optional(),
  /** Text that the command holds. */
  run: z.string().optional(),
  status: z.int().min(0).max(255).optional(),
  /** The host that took the request in; `none` when nobody did. */
  server: name.optional(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
  /** How long it took, in simulated time. */
  longer: durationSchema.optional(),
  shorter: durationSchema.optional(),
});
export type RequestPattern = z.output<typeof requests>;

/** A packet or an ARP message by its header; what is left out may be anything. */
const packet = z.strictObject({
  protocol: z.enum(["arp", "icmp", "ipip", "tcp", "udp", "gre", "vrrp"]).optional(),
  source: ipv4.optional(),
  destination: ipv4.optional(),
  sourcePort: z.int().min(0).max(65535).optional(),
  destinationPort: z.int().min(0).max(65535).optional(),
  /** TCP's, by their letters in the order SFRPAU: `S`, `SA`, `R`, `RA`, `FA`. */
  flags: z
    .string()
    .regex(/^S?F?R?P?A?U?$/, "flags are letters in the order SFRPAU")
    .optional(),
  /** Type and code, as `3/1`. */
  icmp: z
    .string()
    .regex(/^\d{1,3}\/\d{1,3}$/, "type and code look like 3/1")
    .optional(),
  arp: z.enum(["request", "reply"]).optional(),
  /** Host, or host and device as `rs1.eth0`, whose MAC address the frame carries. */
  sourceMac: z.string().optional(),
  destinationMac: z.string().optional(),
  ttl: z.int().min(0).max(255).optional(),
});
export type PacketPattern = z.output<typeof packet>;

/** Events of the trace; `times` of the check says how many there are. */
const trace = z.strictObject({
  event: z.enum([
    "sent",
    "received",
    "delivered",
    "dropped",
    "verdict",
    "route",
    "scheduled",
    "connection",
    "forwarded",
    "neighbour",
    "arp-suppressed",
    "tcp-state",
    "tcp-retransmit",
  ]),
  /** Host, or host and device as `rs1.eth0`. */
  at: z.string().optional(),
  /** Why a frame ended. */
  reason: z.enum(DROP_REASONS).optional(),
  /** Text in what decided: a rule, a sysctl, a virtual service. */
  by: z.string().optional(),
  /** The real server of `scheduled`, the address of `neighbour`, the target of `arp-suppressed`. */
  address: ipv4.optional(),
  packet: packet.optional(),
});
export type TracePattern = z.output<typeof trace>;

/** Which machine a host takes for the owner of an address when the traffic has ended. */
const owner = z.strictObject({
  of: ipv4,
  seenBy: name,
  /** Host, or host and device. */
  is: z.string(),
});

export const check = z.strictObject({
  /** In a failure: what its user sees, why it is so, or that it is mended. */
  shows: z.enum(["symptom", "mechanism", "fix"]).optional(),
  /** Hosts on which `exec` runs, after the traffic. */
  nodes: z.array(name).min(1).optional(),
  exec: z.string().min(1).optional(),
  valid: valid.optional(),
  requests: requests.optional(),
  trace: trace.optional(),
  owner: owner.optional(),
  /** How many requests or events there are: a number, `all` requests; some when left out. */
  times: z.union([z.int().min(0), z.literal("all")]).optional(),
  /** How many different servers took those requests in. */
  servers: z.int().min(0).optional(),
  /** How long a command may take to come to what is valid, in simulated time. */
  wait: durationSchema.optional(),
  level: z.enum(["error", "warning"]).default("error"),
  /** What it means that the check holds. */
  pass: bilingual,
  /** What it means that it does not; left out: what was found instead. */
  fail: bilingual.optional(),
});
export type Check = z.output<typeof check>;
