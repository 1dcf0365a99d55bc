/** Prototypes of core's own classes, reached through objects that anybody can have: there a test plants a bug. */
import { IpProtocol, type MacAddress, type NetworkNamespace, Simulation } from "@lvsim/core";
import { vi } from "vitest";
import { ip, ORIGIN } from "./chance.ts";

/** Fields and methods by name, private ones too. */
export interface Insides {
  [name: string]: unknown;
}
type Method = (this: Insides, ...args: never[]) => unknown;

/** A director with a service and a server, at a switch. */
function specimen(): { readonly host: NetworkNamespace; readonly simulation: Simulation } {
  const simulation = new Simulation({ seed: "specimen", trace: null });
  const host = simulation.addNamespace("specimen", "6.1.192");
  const mac = 0x020000000001 as MacAddress;
  simulation.attach({ namespace: host, device: "eth0", mac }, simulation.addSwitch("s"), "p");
  const address = ip(10, 0, 0, 1);
  const identity = { kind: "address", protocol: IpProtocol.tcp, address, port: 80 } as const;
  host.controlIpvs(ORIGIN, {
    kind: "add-service",
    service: {
      ...{ identity, scheduler: "rr", schedulerFlags: 0, onePacket: false, persistenceEngine: "" },
      ...{ persistenceTimeout: 0, persistenceNetmask: ip(255, 255, 255, 255) },
    },
  });
  host.controlIpvs(ORIGIN, {
    kind: "add-server",
    identity,
    server: {
      ...{ address: ip(10, 0, 0, 2), port: 80, weight: 1, forwarding: "masquerading" },
      ...{ upperThreshold: 0, lowerThreshold: 0 },
      tunnel: { type: "ipip", port: 0, checksum: "none" },
    },
  });
  return { host, simulation };
}

/** The prototype of what stands at the end of `path` in a specimen, as `host.ip.forward`. */
function prototypeAt(path: string): Insides {
  let at: unknown = specimen();
  for (const name of path.split(".")) at = (at as Insides)[name];
  if (typeof at !== "object" || at === null) throw new Error(`nothing at ${path}`);
  return Object.getPrototypeOf(at) as Insides;
}

/** Puts a wrong method in the place of a right one, which it is given, until mocks are restored. */
export function plant(
  path: string,
  method: string,
  wrong: (right: Method) => (this: Insides, ...args: never[]) => unknown,
): void {
  const prototype = prototypeAt(path) as Record<string, Method>;
  const right = prototype[method];
  if (right === undefined) throw new Error(`${path} has no ${method}`);
  vi.spyOn(prototype, method).mockImplementation(wrong(right) as never);
}
