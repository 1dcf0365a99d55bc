/** Networks around one director: method, who asks from how far away, what the cables are like. */
import fc from "fast-check";

export const METHODS = ["direct-routing", "masquerading", "tunnelling", "full-nat"] as const;
export type MethodName = (typeof METHODS)[number];

/** As ipvsadm takes them. */
export const FORWARDING_FLAGS: Readonly<Record<MethodName, string>> = {
  "direct-routing": "-g",
  masquerading: "-m",
  tunnelling: "-i",
  "full-nat": "-b",
};

export interface Topology {
  readonly method: MethodName;
  readonly clients: number;
  /** Routers between the clients and the VIP's segment. */
  readonly routers: number;
  /** Of each cable. */
  readonly delayUs: number;
  /** Of 1,000 frames on a cable so many are lost. */
  readonly lossPerMille: number;
}

export interface TopologiesOptions {
  /** The methods to choose from, the simplest first; all four unless said. */
  readonly methods?: readonly MethodName[];
  /** 3 unless said. */
  readonly clientsMax?: number;
  /** 2 unless said, which is also the most. */
  readonly routersMax?: number;
  /** 5000 unless said. */
  readonly delayMaxUs?: number;
  /** 0 unless said: no frame is lost. */
  readonly lossMaxPerMille?: number;
}

/** They shrink to one client in the director's own segment, direct routing, and cables without delay. */
export function topologies(options: TopologiesOptions = {}): fc.Arbitrary<Topology> {
  const { methods = METHODS, clientsMax = 3, routersMax = 2 } = options;
  const { delayMaxUs = 5000, lossMaxPerMille = 0 } = options;
  return fc.record({
    method: fc.constantFrom(...methods),
    clients: fc.integer({ min: 1, max: clientsMax }),
    routers: fc.nat({ max: routersMax }),
    delayUs: fc.nat({ max: delayMaxUs }),
    lossPerMille: fc.nat({ max: lossMaxPerMille }),
  });
}
